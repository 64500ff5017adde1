import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { limits } from '#shared/limits';
import { readEnv, variables } from '../../../server/src/platform/env.ts';
import { shutdownMs } from '../../../server/src/platform/shutdown.ts';

interface Service {
  environment?: Record<string, string>;
  image: string;
  networks?: string[];
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
}
interface Compose {
  services: Record<string, Service>;
  networks?: Record<string, { internal?: boolean }>;
}
interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  stringData?: Record<string, string>;
  spec: {
    replicas: number;
    selector: unknown;
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}
interface PodSpec {
  terminationGracePeriodSeconds: number;
  securityContext: unknown;
  automountServiceAccountToken: boolean;
  containers: {
    env: { name: string; value: string }[];
    envFrom: unknown;
    lifecycle: { preStop: { exec: { command: string[] } } };
    livenessProbe: { httpGet: { path: string } };
    readinessProbe: { httpGet: { path: string }; timeoutSeconds: number };
    securityContext: unknown;
    volumeMounts: { mountPath: string }[];
  }[];
}

const read = (file: string) => readFileSync(`docker/${file}`, 'utf8');
const compose = (file: string) => parse(read(file), { merge: true }) as Compose;
const manifests = (file: string) =>
  parseAllDocuments(read(`kubernetes/${file}`)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
const manifest = (file: string) => manifests(file)[0]!;

/** Variables of lines `NAME=value`. */
const lines = (text: string, start = '') =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${start}([A-Z_]+)=(.*?)(?: \\\\)?$`, 'gm'))].map(([, name, value]) => [
      name!,
      value!,
    ]),
  );
/** Replaces `${NAME:?message}` by a value and `${NAME:-default}` by its default, as Compose does. */
const interpolate = (environment: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      String(value)
        .replace(/\$\{\w+:-(\w+)\}/g, '$1')
        .replace(/\$\{\w+:\?[^}]+\}/g, 'a-value-of-the-admin'),
    ]),
  );

const composeFiles = ['compose.yaml', 'compose.postgres.yaml', 'compose.cluster.yaml'];
const cluster = compose('compose.cluster.yaml');
const nodes = [cluster.services['parley-1']!, cluster.services['parley-2']!];
const deployment = manifest('deployment.yaml');
const pod = deployment.spec.template.spec;
const container = pod.containers[0]!;

/** Every environment that these files give to a node. */
const environments: Record<string, Record<string, string>> = {
  Dockerfile: lines(read('Dockerfile'), '(?:ENV)? +'),
  'parley.service': lines(read('parley.service'), 'Environment='),
  'settings.properties': lines(read('kubernetes/settings.properties')),
  'secret.example.yaml': {
    ...manifest('secret.example.yaml').stringData!,
    WEBUI_SECRET_KEY: 'the result of openssl rand',
  },
  'deployment.yaml': Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
};
for (const file of composeFiles) {
  for (const [name, service] of Object.entries(compose(file).services)) {
    if (name.startsWith('parley')) environments[`${file}, ${name}`] = interpolate(service.environment!);
  }
}

describe('the environment of the containers and services', () => {
  test.each(Object.entries(environments))(
    '%s sets only variables that the server reads',
    (_, environment) => {
      // Read by Node.js and its packages.
      const { NODE_ENV: _mode, ...own } = environment;
      expect(Object.keys(own)).not.toEqual([]);
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(Object.keys(own)));
      expect(() => readEnv(own)).not.toThrow();
    },
  );
});

describe('Compose files', () => {
  test.each(composeFiles)('%s runs its programs without rights and on a read-only file system', (file) => {
    const own = Object.entries(compose(file).services).filter(([, { image }]) => image !== undefined);
    for (const [name, service] of own) {
      // The image of PostgreSQL needs rights to prepare its folder. compose.postgres.yaml adds to compose.yaml.
      if (name === 'postgres') continue;
      expect({ name, ...service }).toMatchObject({
        name,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  test('all nodes of a cluster have the same settings, and a secret that is not their own', () => {
    expect(nodes[0]!.environment).toEqual(nodes[1]!.environment);
    expect(nodes[0]!.environment).toMatchObject({
      DATABASE_URL: expect.stringContaining('@postgres:'),
      REDIS_URL: expect.stringContaining('@redis:'),
      WEBUI_SECRET_KEY: expect.stringContaining(':?'),
    });
  });

  test('only nginx can be reached from outside of a cluster', () => {
    const { services, networks } = cluster;
    const published = Object.keys(services).filter((name) => services[name]!.ports);
    expect(published).toEqual(['nginx']);
    expect(networks!.data).toEqual({ internal: true });
    expect([services.postgres!.networks, services.redis!.networks]).toEqual([['data'], ['data']]);
    expect(services.nginx!.networks).toEqual(['default']);
  });

  test('a container is given more time to stop than the server needs', () => {
    const needed = Object.values(shutdownMs).reduce((sum, ms) => sum + ms) / 1_000;
    for (const { stop_grace_period } of [...nodes, compose('compose.yaml').services.parley!])
      expect(parseInt(stop_grace_period!)).toBeGreaterThan(2 * needed);
  });
});

describe('Kubernetes manifests', () => {
  test('the kustomization names every manifest except the example of the secret', () => {
    const { resources } = parse(read('kubernetes/kustomization.yaml')) as { resources: string[] };
    const files = readdirSync('docker/kubernetes').filter((file) => file.endsWith('.yaml'));
    expect([...resources, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(files.sort());
  });

  test('a pod has no rights beyond those of the server', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp']);
  });

  test('a pod is asked whether it is ready, and is not killed for a slow database', () => {
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    // The server itself waits 3 seconds for its database.
    expect(container.readinessProbe.timeoutSeconds).toBeGreaterThan(3);
    expect(container.livenessProbe.httpGet.path).toBe('/healthz');
  });

  test('a pod is given time to leave the Service and then to stop', () => {
    const leaving = Number(container.lifecycle.preStop.exec.command[1]);
    const stopping = Object.values(shutdownMs).reduce((sum, ms) => sum + ms) / 1_000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(leaving + 2 * stopping);
  });

  test('the Service, the Deployment and the disruption budget mean the same pods', () => {
    const { labels } = deployment.spec.template.metadata;
    expect(manifest('service.yaml').spec.selector).toEqual(labels);
    expect(deployment.spec.selector).toEqual({ matchLabels: labels });
    expect(manifest('poddisruptionbudget.yaml').spec.selector).toEqual({ matchLabels: labels });
  });

  test('the ConfigMap and the Secret have the names that the pods read', () => {
    const { configMapGenerator } = parse(read('kubernetes/kustomization.yaml')) as {
      configMapGenerator: { name: string }[];
    };
    expect(container.envFrom).toEqual([
      { configMapRef: { name: configMapGenerator[0]!.name } },
      { secretRef: { name: manifest('secret.example.yaml').metadata.name } },
    ]);
  });

  test('the ingress lets the largest import through, and polling reach one node', () => {
    const [web, sockets] = manifests('ingress.yaml').map(({ metadata }) => metadata.annotations!);
    expect(web!['nginx.ingress.kubernetes.io/proxy-body-size']).toBe('2g');
    expect(sockets!['nginx.ingress.kubernetes.io/upstream-hash-by']).toBe('$remote_addr');
  });
});

describe('the configuration of nginx', () => {
  const text = read('nginx/nginx.conf');
  const sizes = [...text.matchAll(/client_max_body_size (\d+)(m|g);/g)].map(
    ([, amount, unit]) => Number(amount) * (unit === 'g' ? 2 ** 30 : 2 ** 20),
  );

  test('its body limits are above those of the server, which explains its refusals', () => {
    const [json, upload] = sizes;
    expect(json).toBeGreaterThan(limits.jsonBodyBytes);
    expect(upload).toBeGreaterThan(limits.importUploadBytes);
  });

  test('every list of nodes has all nodes of the cluster', () => {
    const upstreams = read('nginx/nodes.conf')
      .split(/^upstream /m)
      .slice(1);
    for (const upstream of upstreams) {
      const named = [...upstream.matchAll(/^ +server (\S+):8080/gm)].map(([, name]) => name);
      expect(new Set(named)).toEqual(new Set(['parley-1', 'parley-2']));
    }
    expect(upstreams).toHaveLength(3);
  });
});

const analyzer = '/usr/bin/systemd-analyze';
(existsSync(analyzer) ? describe : describe.skip)('the systemd unit', () => {
  test('systemd accepts the unit, and counts it among the protected ones', () => {
    const unit = 'docker/parley.service';
    expect(execFileSync(analyzer, ['verify', unit], { encoding: 'utf8', stdio: 'pipe' })).toBe('');
    // In tenths: 20 is the bound of what systemd calls "OK".
    execFileSync(analyzer, ['security', '--offline=true', '--threshold=20', unit], { stdio: 'pipe' });
  });
});

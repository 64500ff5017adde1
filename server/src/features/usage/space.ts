import { refused, type DomainError } from '../../platform/errors.ts';
import type { StorageSpace } from '../chats/chats.contract.ts';

const bytesPerMegabyte = 1_000_000;

/** Returns megabytes in bytes; null for no limit. */
export const limitBytes = (megabytes: number | undefined): number | null =>
  megabytes === undefined ? null : megabytes * bytesPerMegabyte;

const inMegabytes = (bytes: number) =>
  (bytes / bytesPerMegabyte).toLocaleString('en', { maximumFractionDigits: 1 });

/** How much of a limit is used, in bytes. */
export interface Allowance {
  used: number;
  limit: number;
}

function personFull({ used, limit }: Allowance): DomainError {
  const problem = used >= limit ? 'Your storage is full' : 'This does not fit into your storage';
  const use = `you use ${inMegabytes(used)} of ${inMegabytes(limit)} MB`;
  return refused(
    `${problem}: ${use}. Delete chats you no longer need, or ask an admin for more.`,
    'storage_full',
  );
}

const instanceFull = () =>
  refused(
    'The storage of this instance is full. Delete chats you no longer need, and tell your admin.',
    'instance_storage_full',
  );

const fits = ({ used, limit }: Allowance, bytes: number) => used < limit && used + bytes <= limit;

/** The storage of a person and of the instance. Null: no limit. */
export class Space implements StorageSpace {
  #person: Allowance | null;
  #instance: Allowance | null;

  constructor(person: Allowance | null, instance: Allowance | null) {
    this.#person = person;
    this.#instance = instance;
  }

  require(bytes: number): void {
    if (this.#person && !fits(this.#person, bytes)) throw personFull(this.#person);
    if (this.#instance && !fits(this.#instance, bytes)) throw instanceFull();
  }

  use(bytes: number): void {
    if (this.#person) this.#person.used += bytes;
    if (this.#instance) this.#instance.used += bytes;
  }
}

import { unfinishedCopyTable } from '../../platform/db/unfinishedCopy.ts';
import type { Connection } from '../common/connection.ts';
import type { Row } from './rows.ts';

/**
 * How far a copy has come, stored in the target with the rows themselves: what one transaction wrote is either there
 * and recorded, or neither. The table exists only while the copy is unfinished.
 */
export class Progress {
  #target: Connection;
  constructor(target: Connection) {
    this.#target = target;
  }

  async exists(): Promise<boolean> {
    const text =
      this.#target.dialect === 'sqlite'
        ? `select 1 as found from sqlite_master where type = 'table' and name = ?`
        : `select 1 as found where to_regclass(?) is not null`;
    return (await this.#target.query(text, [unfinishedCopyTable])).length > 0;
  }

  async create(): Promise<void> {
    await this.#target.query(
      `create table ${unfinishedCopyTable} (name text primary key, value text not null)`,
    );
  }

  async get(name: string): Promise<unknown> {
    const [row] = await this.#target.query(`select value from ${unfinishedCopyTable} where name = ?`, [name]);
    return row && JSON.parse(row.value as string);
  }

  async set(name: string, value: unknown): Promise<void> {
    await this.#target.query(
      `insert into ${unfinishedCopyTable} (name, value) values (?, ?)
       on conflict (name) do update set value = excluded.value`,
      [name, JSON.stringify(value)],
    );
  }

  async lastKey(table: string): Promise<Row | undefined> {
    return (await this.get(`table:${table}`)) as Row | undefined;
  }

  async setLastKey(table: string, key: Row): Promise<void> {
    await this.set(`table:${table}`, key);
  }

  async remove(): Promise<void> {
    await this.#target.query(`drop table ${unfinishedCopyTable}`);
  }
}

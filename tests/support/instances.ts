/** A scene with several instances of the real program on one PostgreSQL database, each with a data directory of its own. */
import assert from "node:assert/strict";
import { hurriedProgram } from "./hurried_program.ts";
import { leaksIn, printed } from "./leaks.ts";
import { PASSWORD, type PostgresCluster, type TestDatabase } from "./postgres_cluster.ts";
import type { RealServer } from "./real_program.ts";
import { type Further, play, type Scene, type Setting } from "./scene.ts";

const TABLES = [
  "meta",
  "slots",
  "settings",
  "apps",
  "accounts",
  "ids",
  "journal",
  "leases",
  "guesses",
  "retired_keys",
];

export class Instances {
  readonly scene: Scene;
  readonly #cluster: PostgresCluster;
  readonly #database: TestDatabase;

  constructor(scene: Scene, cluster: PostgresCluster, database: TestDatabase) {
    this.scene = scene;
    this.#cluster = cluster;
    this.#database = database;
  }

  /** Starts an instance; the key file is that of all of them unless `further` names another. */
  start(name: string, further: Further = {}): Promise<RealServer> {
    return this.scene.serve([], { ...further, env: { TOKEN_SERVER_DATA_DIR: name, ...further.env } });
  }

  /** The database, as TOKEN_SERVER_STORE says it. */
  get url(): string {
    return this.#database.url;
  }

  sql(text: string): Promise<string> {
    return this.#cluster.sql(this.#database.name, text);
  }

  /** From now on nobody is told what is written, or they are again: each has to find out for itself. */
  async mute(muted: boolean): Promise<void> {
    const how = muted ? "DISABLE" : "ENABLE";
    const tables = ["accounts", "ids", "journal", "settings", "apps", "slots"];
    await this.sql(
      tables.map((table) => `ALTER TABLE companion_token_server.${table} ${how} TRIGGER tell;`).join(""),
    );
  }

  /** No secret of the scene is in the database as it is. */
  async assertNoLeaks(): Promise<void> {
    const asked = TABLES.map((table) =>
      this.sql(`SELECT string_agg(row::text, ' ') FROM companion_token_server.${table} AS row`)
    );
    const dump = (await Promise.all(asked)).join("\n");
    const secrets = this.scene.sim.secrets();
    assert.deepEqual(leaksIn([printed("the database", dump)], secrets), []);
    const planted = leaksIn([printed("the database", dump + secrets.join(" "))], secrets);
    assert.equal(new Set(planted.map(({ secret }) => secret)).size, new Set(secrets).size);
  }
}

/** Plays a scene on a fresh database, whose leases end soon where nobody renews them; then looks for leaks. */
export async function playInstances(
  cluster: PostgresCluster,
  setting: Omit<Setting, "make">,
  act: (instances: Instances) => Promise<void>,
): Promise<void> {
  await using database = await cluster.database();
  const env = { TOKEN_SERVER_STORE: database.url, TOKEN_SERVER_KEY_FILE: "key", ...setting.env };
  await play({ ...setting, make: hurriedProgram(), env }, async (scene) => {
    scene.keepSecret(PASSWORD);
    const instances = new Instances(scene, cluster, database);
    await act(instances);
    await instances.assertNoLeaks();
  });
}

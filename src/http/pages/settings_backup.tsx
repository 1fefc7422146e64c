import type { Time } from "../../core/account.ts";
import type { BackupState, MadeBackup, RestoreReport } from "../settings_deps.ts";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { CopyText, Field, FormToken, Notice } from "./parts.tsx";

/** What was wrong with which field. */
export interface BackupErrors {
  readonly passphrase?: string | undefined;
  readonly file?: string | undefined;
  readonly secret?: string | undefined;
}

/** What can be done with backups. */
export interface BackupPartProps {
  readonly say: Say;
  readonly state: BackupState;
  /** The key of the logins is missing. */
  readonly locked: boolean;
  /** What is made or typed in this browser could be read on its way; then it is the port to open by another. */
  readonly elsewhere: number | undefined;
  readonly errors: BackupErrors;
  readonly formToken: string;
  readonly now: Time;
}

/** Everything about backups on one page. */
export function BackupPart(props: BackupPartProps): Html {
  const { say, locked, elsewhere } = props;
  const open = !locked && elsewhere === undefined;
  return (
    <>
      <p>{say("backup.intro")}</p>
      {locked && <Notice bad>{say("backup.locked")}</Notice>}
      {elsewhere !== undefined && <Elsewhere say={say} port={elsewhere} />}
      {open && (
        <>
          <Code {...props} />
          <Make {...props} />
        </>
      )}
      <Automatic {...props} />
      {open && <Restore {...props} />}
    </>
  );
}

/** Why there is nothing to press here, and where there is. */
function Elsewhere({ say, port }: { readonly say: Say; readonly port: number }): Html {
  return (
    <section class="card">
      <h2>{say("backup.elsewhere_title")}</h2>
      <p>{say("backup.elsewhere")}</p>
      <ul>
        <li>{say.rich("backup.elsewhere_command")}</li>
        <li>{say.rich("backup.elsewhere_here", { port })}</li>
        <li>{say.rich("backup.elsewhere_https")}</li>
      </ul>
    </section>
  );
}

function Code({ say, state, formToken }: BackupPartProps): Html {
  const hasCode = state.keys.some(({ kind }) => kind === "recovery_code");
  return (
    <section class="card">
      <h2>{say("backup.keys_title")}</h2>
      {state.keys.length === 0 ? <p>{say("backup.no_keys")}</p> : (
        <ul>
          {state.keys.map(({ kind, setAt }) => (
            <li>{say(`backup.key_${kind}`, { when: say.moment(setAt) })}</li>
          ))}
        </ul>
      )}
      <p class="hint">{say(hasCode ? "backup.code_renew_hint" : "backup.code_intro")}</p>
      <form class="actions" method="post" action="/settings/backup/code">
        <FormToken token={formToken} />
        <button type="submit" class={hasCode ? "quiet" : undefined}>
          {say(hasCode ? "backup.code_renew" : "backup.code_make")}
        </button>
      </form>
    </section>
  );
}

function Make({ say, state, errors, formToken }: BackupPartProps): Html {
  const keys = state.keys.map(({ kind }) => say(`backup.kind_${kind}`));
  return (
    <section class="card">
      <h2>{say("backup.make_title")}</h2>
      {keys.length > 0 && (
        <>
          <p>{say("backup.make_known", { keys: say.list(keys) })}</p>
          <form class="actions" method="post" action="/settings/backup/make">
            <FormToken token={formToken} />
            <button type="submit">{say("backup.make")}</button>
          </form>
        </>
      )}
      <details open={errors.passphrase !== undefined}>
        <summary>{say("backup.passphrase_summary")}</summary>
        <form method="post" action="/settings/backup/passphrase">
          <FormToken token={formToken} />
          <Field
            name="passphrase"
            label={say("backup.passphrase")}
            type="password"
            autocomplete="new-password"
            hint={say("backup.passphrase_hint")}
            error={errors.passphrase}
            required
            most={1000}
            say={say}
          />
          <p class="actions">
            <button type="submit" class="quiet">{say("backup.passphrase_make")}</button>
          </p>
        </form>
      </details>
    </section>
  );
}

function Automatic({ say, state: { automatic, keys }, now }: BackupPartProps): Html {
  const inUse = keys.filter((key) => key.inUse).map(({ kind }) => say(`backup.kind_${kind}`));
  return (
    <section class="card">
      <h2>{say("backup.automatic_title")}</h2>
      {automatic === undefined ? <p>{say.rich("backup.automatic_off")}</p> : (
        <>
          {inUse.length === 0 && <p class="error">{say("backup.automatic_no_key")}</p>}
          <dl class="facts">
            <dt>{say("backup.folder")}</dt>
            <dd>
              <code>{automatic.folder}</code>
            </dd>
            <dt>{say("backup.newest")}</dt>
            <dd>{automatic.newest === undefined ? say("common.none") : say.ago(automatic.newest, now)}</dd>
            <dt>{say("backup.count")}</dt>
            <dd>{automatic.count}</dd>
            <dt>{say("backup.opened_by")}</dt>
            <dd>{inUse.length === 0 ? say("common.none") : say.list(inUse)}</dd>
          </dl>
        </>
      )}
    </section>
  );
}

function Restore({ say, errors, formToken }: BackupPartProps): Html {
  const { file } = errors;
  return (
    <form class="card" method="post" action="/settings/backup/restore" enctype="multipart/form-data">
      <h2>{say("backup.restore_title")}</h2>
      <FormToken token={formToken} />
      <p>{say("backup.restore_text")}</p>
      <div class={file === undefined ? "field" : "field wrong"}>
        <label for="backup">{say("backup.restore_file")}</label>
        <input
          id="backup"
          name="backup"
          type="file"
          required
          aria-invalid={file === undefined ? undefined : "true"}
          aria-describedby={file === undefined ? undefined : "backup-error"}
        />
        {file !== undefined && <p class="error" id="backup-error">{file}</p>}
      </div>
      <Field
        name="restore_secret"
        label={say("backup.restore_secret")}
        type="password"
        hint={say("backup.restore_hint")}
        error={errors.secret}
        required
        most={1000}
        say={say}
      />
      <p class="actions">
        <button type="submit">{say("backup.restore")}</button>
      </p>
    </form>
  );
}

interface MadeProps {
  readonly say: Say;
  readonly made: MadeBackup;
  /** A recovery code that was made with it: shown this one time. */
  readonly code: string | undefined;
}

/** A backup that was just made, with its download; and the code that opens it, if that is new. */
export function MadePart({ say, made, code }: MadeProps): Html {
  const { ref, accounts, left, kept } = made;
  return (
    <>
      {code !== undefined && (
        <section class="card">
          <h2>{say("backup.code_title")}</h2>
          <p>{say("backup.code_once")}</p>
          <p class="recovery">
            <CopyText say={say} text={code} id="code" label={say("backup.code_label")} />
          </p>
          <h3>{say("backup.lost_title")}</h3>
          <ol>
            <li>{say.rich("backup.lost_1")}</li>
            <li>{say.rich("backup.lost_2")}</li>
            <li>{say("backup.lost_3")}</li>
            <li>{say("backup.lost_4")}</li>
          </ol>
          <p class="actions">
            <button type="button" class="quiet" data-print hidden>{say("common.print")}</button>
          </p>
        </section>
      )}
      <section class="card">
        <h2>{say(code === undefined ? "backup.file_ready" : "backup.file_title")}</h2>
        <p>{say.count("backup.holds", accounts)}</p>
        {left.length > 0 && <p class="error">{say.rich("backup.left", { names: say.list(left) })}</p>}
        {!kept && <p class="error">{say("backup.not_kept")}</p>}
        <p>{say("backup.file_text")}</p>
        <p class="actions">
          <a class="button" href={`/settings/backup/file/${ref}`} download>{say("backup.download")}</a>
        </p>
      </section>
    </>
  );
}

/** What a restore has done, account by account. */
export function RestoredPart({ say, report }: { readonly say: Say; readonly report: RestoreReport }): Html {
  const { createdAt, accounts, app } = report;
  return (
    <section class="card">
      <p>
        {say("backup.restored_from", { when: say.moment(createdAt) })}{" "}
        {accounts.length === 0 ? say("backup.restored_none") : say.count("backup.holds", accounts.length)}
      </p>
      <ul>
        {accounts.map(({ alias, outcome }) => (
          <li key={alias}>{say(`backup.outcome_${outcome}`, { name: alias })}</li>
        ))}
      </ul>
      {app !== "none" && <p>{say(`backup.restored_app_${app}`)}</p>}
      <p>{say("backup.restored_hint")}</p>
      <p class="actions">
        <a class="button" href="/">{say("start.to_home")}</a>
      </p>
    </section>
  );
}

interface RecoveryStepProps {
  readonly say: Say;
  /** A recovery code or a passphrase is set already. */
  readonly hasKey: boolean;
  readonly hasAccounts: boolean;
  /** As on the page of backups. */
  readonly elsewhere: number | undefined;
  readonly formToken: string;
}

/** The step of the wizard that makes the recovery file. */
export function RecoveryStep({ say, hasKey, hasAccounts, elsewhere, formToken }: RecoveryStepProps): Html {
  if (hasKey) return <p>{say.rich("start.recovery_done")}</p>;
  if (elsewhere !== undefined) return <Elsewhere say={say} port={elsewhere} />;
  return (
    <section class="card">
      <p>{say("start.recovery_intro")}</p>
      {!hasAccounts && <p class="hint">{say.rich("start.recovery_empty")}</p>}
      <form class="actions" method="post" action="/start/recovery">
        <FormToken token={formToken} />
        <button type="submit">{say("backup.code_make")}</button>
      </form>
    </section>
  );
}

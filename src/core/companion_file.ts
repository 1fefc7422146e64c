/**
 * Import files for Companion 3.5 to 5.x: a page of buttons, and a trigger that keeps the state in a variable. Never a
 * `full` file: importing one resets what the person has, and never the list of custom variables, which would replace
 * theirs. All addresses are absolute, because Companion likes to link a file to a connection that is there already.
 */
import {
  type Action,
  type Button,
  type Connection,
  get,
  httpConnection,
  NO_ANSWER,
  placed,
  setVariable,
  twitchConnection,
} from "./companion_button.ts";
import { type Names, namesOf } from "./companion_names.ts";
import { controlsOf, GRID_SIZE } from "./companion_page.ts";
import { Secret } from "./secret.ts";

/** Whose buttons, and where they send their presses. */
export interface ButtonsOf {
  readonly alias: string;
  readonly login: string;
  readonly label: string;
  readonly id: Secret;
  /** From `serverAddress`. */
  readonly server: string;
  /** That of a protected account; Companion sends it because it stands in every address. */
  readonly password?: Secret | undefined;
  /** Also a button that restarts the person's connection of the Twitch module. */
  readonly twitchModule?: boolean;
}

/** Which of the two files. */
export type CompanionFileKind = "page" | "triggers";

interface Page {
  readonly version: 6;
  readonly type: "page";
  readonly page: {
    readonly name: string;
    readonly controls: Readonly<Record<string, Readonly<Record<string, Button>>>>;
    readonly gridSize: typeof GRID_SIZE;
  };
  readonly instances: Readonly<Record<string, Connection>>;
  readonly oldPageNumber: 1;
}

interface Triggers {
  readonly version: 6;
  readonly type: "trigger_list";
  readonly triggers: Readonly<Record<string, Trigger>>;
  readonly instances: Readonly<Record<string, Connection>>;
}

interface Trigger {
  readonly type: "trigger";
  readonly options: { readonly name: string; readonly enabled: true; readonly sortOrder: 0 };
  readonly action_sets: { readonly "0": readonly Action[] };
  readonly condition: readonly [];
  readonly events: readonly TriggerEvent[];
}

interface TriggerEvent {
  readonly id: string;
  readonly type: string;
  readonly enabled: true;
  readonly options: Readonly<Record<string, number>>;
}

/** Milliseconds: Companion's connections are up by then. */
const AFTER_START = 10_000;
/** Seconds between two looks at the state. */
const STATE_INTERVAL = 10;

/** The page of buttons as the text of a file. The id stands in it. */
export function companionPage(of: ButtonsOf): Secret {
  const names = namesOf(of);
  const page: Page = {
    version: 6,
    type: "page",
    page: { name: names.title, controls: controlsOf(of, names), gridSize: GRID_SIZE },
    instances: {
      [names.http]: httpConnection(names.httpLabel),
      ...(of.twitchModule ? { [names.twitch]: twitchConnection() } : {}),
    },
    oldPageNumber: 1,
  };
  return fileText(page);
}

/** The trigger that asks for the state at start and every ten seconds, as the text of a file. The id stands in it. */
export function companionTriggers(of: ButtonsOf): Secret {
  const names = namesOf(of);
  const file: Triggers = {
    version: 6,
    type: "trigger_list",
    triggers: { [`tsState_${names.slug}`]: stateTrigger(names) },
    instances: { [names.http]: httpConnection(names.httpLabel) },
  };
  return fileText(file);
}

function stateTrigger(names: Names): Trigger {
  const place = `${names.slug}_trigger`;
  const state = names.variable("state");
  const events: TriggerEvent[] = [
    { id: `${place}_startup`, type: "startup", enabled: true, options: { delay: AFTER_START } },
    // Importing does not count as a start, and an interval alone would first pass once after each start.
    { id: `${place}_interval`, type: "interval", enabled: true, options: { seconds: STATE_INTERVAL } },
  ];
  const acts = [setVariable(state, NO_ANSWER), get(names.http, names.url("status.txt"), state)];
  return {
    type: "trigger",
    options: { name: `${names.title}: state`, enabled: true, sortOrder: 0 },
    action_sets: { "0": placed(place, acts) },
    condition: [],
    events,
  };
}

function fileText(file: Page | Triggers): Secret {
  return new Secret(JSON.stringify(file, null, 1));
}

/** What a file is called when it is saved. */
export function companionFileName(kind: CompanionFileKind, alias: string): string {
  return `twitch-${alias.replace(/\W/g, "-")}${kind === "page" ? "" : "-triggers"}.companionconfig`;
}

/** What a person must know beside a file, a sentence or two each. */
export function companionNotes(kind: CompanionFileKind): readonly string[] {
  const secret =
    "The file contains the account’s ID: who has it can use the account, so keep it like a password. From the " +
    "import on, Companion’s own exports contain the ID too.";
  const again = "After a new ID or another address of this server, get the file again and import it";
  return kind === "page"
    ? [
      secret,
      "In Companion, go to “Import / Export”, choose the file, and first of all choose “new page” as the " +
      "destination: Companion preselects “replace page 1”, which would overwrite your page.",
      `${again} onto the same page.`,
      "Title, Say, Announce, Shoutout, Raid, Poll and Predict send what stands in a variable. The Set buttons make " +
      "these variables: put your own words into them first, as many copies as you like.",
      "The state as a picture renews itself; the state in words needs the trigger too, else it is as old as the " +
      "last press of its button.",
    ]
    : [
      secret,
      "In Companion, go to “Import / Export”, choose the file, and take “Add to existing”, not “Reset”.",
      `${again}; then delete the earlier trigger.`,
    ];
}

/**
 * The import files against what real Companions took: 4.3.4 and 5.0.3 with Generic HTTP 2.3.0, 2.7.0 and 3.1.0, and the
 * upgrade code of 3.5.5 to 4.2.6.
 */
import assert from "node:assert/strict";
import { type ButtonsOf, companionFileName, companionNotes } from "../../src/core/companion_file.ts";
import {
  actionsOf,
  buttonsOf,
  feedbacksOf,
  goldenFiles,
  goldenPath,
  OWL_BUTTONS,
  pressOf,
  readPage,
  readTriggers,
  urlsOf,
  WREN_BUTTONS,
} from "../support/companion_samples.ts";

type Kinds = Readonly<Record<string, string>>;

const ANSWER: Kinds = {
  jsonResultDataVariable: "string",
  result_stringify: "boolean",
  statusCodeVariable: "string",
};
const WITH_BODY: Kinds = {
  url: "string",
  body: "string",
  header: "string",
  contenttype: "string",
  ...ANSWER,
};
/** Every option of an action, and its type. Without one of them some version of the module throws or sends nothing. */
const ACTIONS: Readonly<Record<string, Kinds>> = {
  get: { url: "string", header: "string", ...ANSWER },
  post: WITH_BODY,
  put: WITH_BODY,
  patch: WITH_BODY,
  delete: { url: "string", body: "string", header: "string", ...ANSWER },
  custom_variable_create_value: { name: "string", value: "string" },
  instance_control: { instance_id: "string", enable: "string" },
  wait: { time: "string" },
};
const FEEDBACKS: Readonly<Record<string, Kinds>> = {
  imageFromUrl: { url: "string", header: "string", interval: "number" },
  check_expression: { expression: "string" },
};
const OF_MODULE = ["get", "post", "put", "patch", "delete", "imageFromUrl"];

function kindsOf(options: Readonly<Record<string, unknown>>): Kinds {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, typeof value]));
}

for (const sample of [OWL_BUTTONS, WREN_BUTTONS]) {
  Deno.test(`companionPage() is a page of format 6 and no more, for ${sample.alias}`, () => {
    const page = readPage(sample);
    assert.deepEqual(Object.keys(page), ["version", "type", "page", "instances", "oldPageNumber"]);
    assert.equal(page.version, 6);
    assert.equal(page.type, "page");
    assert.deepEqual(Object.keys(page.page), ["name", "controls", "gridSize"]);
  });

  Deno.test(`companionTriggers() is a list of triggers of format 6 and no more, for ${sample.alias}`, () => {
    const file = readTriggers(sample);
    assert.deepEqual(Object.keys(file), ["version", "type", "triggers", "instances"]);
    assert.equal(file.version, 6);
    assert.equal(file.type, "trigger_list");
    assert.equal(Object.keys(file.triggers).length, 1);
  });

  Deno.test(`companionPage() puts every button inside its grid of 8 by 4, for ${sample.alias}`, () => {
    const page = readPage(sample);
    const { gridSize } = page.page;
    assert.deepEqual(gridSize, { minColumn: 0, maxColumn: 7, minRow: 0, maxRow: 3 });
    for (const { row, column } of buttonsOf(page)) {
      assert.ok(row >= gridSize.minRow && row <= gridSize.maxRow, `row ${row}`);
      assert.ok(column >= gridSize.minColumn && column <= gridSize.maxColumn, `column ${column}`);
    }
  });

  Deno.test(`companionPage() gives every button what Companion needs of one, for ${sample.alias}`, () => {
    for (const { button } of buttonsOf(readPage(sample))) {
      assert.deepEqual(Object.keys(button), ["type", "options", "style", "feedbacks", "steps"]);
      assert.equal(button.type, "button");
      assert.deepEqual(button.options, { rotaryActions: false, stepAutoProgress: true });
      assert.deepEqual(Object.keys(button.steps), ["0"]);
      assert.deepEqual(Object.keys(button.steps["0"]?.action_sets ?? {}), ["down", "up"]);
      assert.deepEqual(button.steps["0"]?.options, { runWhileHeld: [] });
      assert.ok(pressOf(button).length > 0);
    }
  });

  Deno.test(`every action of the files has every option of its kind, each of the right type, for ${sample.alias}`, () => {
    for (const { action, options } of actionsOf(sample)) {
      assert.deepEqual(kindsOf(options), ACTIONS[action], action);
    }
    for (const { type, options } of feedbacksOf(sample)) {
      assert.deepEqual(kindsOf(options), FEEDBACKS[type], type);
    }
  });

  Deno.test(`every action and feedback names a connection of its file, or internal, for ${sample.alias}`, () => {
    for (const file of [readPage(sample), readTriggers(sample)]) {
      const http = Object.entries(file.instances).filter(([, { instance_type }]) =>
        instance_type === "generic-http"
      );
      assert.equal(http.length, 1);
      const used = "page" in file
        ? buttonsOf(file).flatMap(({ button }) => [...pressOf(button), ...button.feedbacks])
        : Object.values(file.triggers).flatMap(({ action_sets }) => action_sets["0"] ?? []);
      assert.ok(used.length > 0);
      for (const one of used) {
        const [kind, connection] = "action" in one ? [one.action, one.instance] : [one.type, one.instance_id];
        assert.equal(connection, OF_MODULE.includes(kind) ? http[0]?.[0] : "internal", kind);
      }
    }
  });

  Deno.test(`the connection is one that any version of Generic HTTP takes, for ${sample.alias}`, () => {
    for (const { instances } of [readPage(sample), readTriggers(sample)]) {
      const http = Object.values(instances).find(({ instance_type }) => instance_type === "generic-http");
      assert.deepEqual({ ...http, label: "" }, {
        instance_type: "generic-http",
        label: "",
        config: { prefix: "", proxyAddress: "", rejectUnauthorized: true },
        sortOrder: 100,
        isFirstInit: false,
        enabled: true,
        lastUpgradeIndex: 1,
      });
      assert.match(`${http?.["label"]}`, /^[A-Za-z0-9_]+$/);
    }
  });

  Deno.test(`a feedback that brings a picture has no style, one that colours has one, for ${sample.alias}`, () => {
    const feedbacks = feedbacksOf(sample);
    const kinds = feedbacks.map(({ type }) => type);
    assert.deepEqual(kinds, ["imageFromUrl", "check_expression"]);
    for (const feedback of feedbacks) assert.equal("style" in feedback, feedback.type === "check_expression");
    assert.equal(feedbacks[0]?.options["interval"], 15_000);
  });

  Deno.test(`every id of a file is there once, for ${sample.alias}`, () => {
    const page = buttonsOf(readPage(sample)).flatMap((
      { button },
    ) => [...pressOf(button), ...button.feedbacks]);
    const triggers = Object.values(readTriggers(sample).triggers)
      .flatMap(({ action_sets, events }) => [...action_sets["0"] ?? [], ...events]);
    const ids = [...page, ...triggers].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  Deno.test(`every address is absolute and holds the id, for ${sample.alias}`, () => {
    const id = sample.id.reveal();
    const urls = urlsOf(sample);
    assert.ok(urls.length > 15);
    for (const url of urls) {
      const state = url === `${sample.server}/status.txt?id=${id}` ||
        url === `${sample.server}/status.png?id=${id}`;
      assert.ok(state || url.startsWith(`${sample.server}/as/${id}/`), url);
    }
  });

  Deno.test(`every variable has a name of word characters that says whose it is, for ${sample.alias}`, () => {
    const text = [...goldenFiles()].filter(([name]) => name.startsWith(sample.alias)).map(([, file]) => file)
      .join();
    const used = [...text.matchAll(/\$\(custom:([^)]*)\)/g)].map(([, name = ""]) => name);
    const made = actionsOf(sample).flatMap(({ options }) =>
      [options["name"], options["jsonResultDataVariable"]].filter((name) => name !== undefined)
    );
    assert.ok(used.length > 5 && made.length > 15);
    const slug = sample.alias.replace("-", "_");
    for (const name of [...used, ...made]) assert.match(`${name}`, new RegExp(`^twitch_${slug}\\w*_[a-z]+$`));
  });

  Deno.test(`every variable that is used is made by some button or the trigger, for ${sample.alias}`, () => {
    const actions = actionsOf(sample);
    const made = actions.filter(({ action }) => action === "custom_variable_create_value")
      .map(({ options }) => options["name"]);
    const used = actions.flatMap(({ options: { body = "", jsonResultDataVariable: into } }) => [
      ...[...`${body}`.matchAll(/\$\(custom:([^)]*)\)/g)].map(([, name]) => name),
      ...(into === undefined ? [] : [into]),
    ]);
    assert.ok(used.length > 15);
    for (const name of used) assert.ok(made.includes(`${name}`), `${name}`);
  });
}

Deno.test("companionTriggers() asks at start and in an interval, and says no answer until one comes", () => {
  const [trigger] = Object.values(readTriggers(OWL_BUTTONS).triggers);
  assert.deepEqual(trigger?.events.map(({ type, options }) => ({ type, options })), [
    { type: "startup", options: { delay: 10_000 } },
    { type: "interval", options: { seconds: 10 } },
  ]);
  const [first, second] = trigger?.action_sets["0"] ?? [];
  assert.deepEqual(first?.options, { name: "twitch_nightowl_state", value: "no answer" });
  assert.equal(second?.options["jsonResultDataVariable"], "twitch_nightowl_state");
});

Deno.test("the files of two accounts share no id, no connection and no variable", () => {
  const names = (of: ButtonsOf) => [
    ...[...actionsOf(of), ...feedbacksOf(of)].map(({ id }) => id),
    ...Object.entries(readPage(of).instances).filter(([, one]) => one["instance_type"] === "generic-http")
      .flatMap(([key, { label }]) => [key, `${label}`]),
    ...actionsOf(of).flatMap(({ options: { name } }) => name === undefined ? [] : [`${name}`]),
  ];
  const owls = names(OWL_BUTTONS);
  assert.ok(owls.length > 30);
  assert.deepEqual(names(WREN_BUTTONS).filter((name) => owls.includes(name)), []);
});

for (const [name, text] of goldenFiles()) {
  Deno.test(`${name} is as it was; if the change is meant, run tests/core/golden/renew.ts`, async () => {
    assert.equal(`${text}\n`, await Deno.readTextFile(goldenPath(name)));
  });
}

Deno.test("companionFileName() is a name that Companion's upload shows and no file system refuses", () => {
  assert.equal(companionFileName("page", "nightowl"), "twitch-nightowl.companionconfig");
  assert.equal(companionFileName("triggers", `../"wren`), "twitch-----wren-triggers.companionconfig");
});

Deno.test("companionNotes() warns of the id and of the page that Companion would replace", () => {
  assert.match(
    companionNotes("page").join(" "),
    /contains the account’s ID.*“new page”.*replace page 1.*new ID/,
  );
  assert.match(companionNotes("triggers").join(" "), /contains the account’s ID.*“Add to existing”.*new ID/);
});

/** What viewers answer: poll and prediction, each one line `Question | answer | answer | seconds`. */
import { AppError } from "./error.ts";
import { atMost, post, type ShortForm, spanText } from "./short_form.ts";

/** The limits of a question that viewers answer. */
interface Votes {
  readonly doing: string;
  readonly title: number;
  readonly answers: readonly [least: number, most: number];
  readonly seconds: readonly [least: number, most: number, usual: number];
}

interface Question {
  readonly title: string;
  readonly answers: readonly { readonly title: string }[];
  readonly seconds: number;
}

const ANSWER_LENGTH = 25;

/** Reads `Question | answer | answer | seconds`; without a number at the end it lasts as long as usual. */
function readQuestion({ doing, title, answers, seconds }: Votes, text: string): Question {
  const parts = text.split("|").map((part) => part.replace(/\s+/g, " ").trim());
  const [, digits] = /^(\d+) ?(?:s|sec|seconds)?$/i.exec(parts.at(-1) ?? "") ?? [];
  const lasts = digits === undefined ? seconds[2] : Number(digits);
  const [question = "", ...choices] = digits === undefined ? parts : parts.slice(0, -1);
  if (question === "" || choices.length < answers[0] || choices.includes("")) {
    throw new AppError("usage", `Cannot ${doing}: write it as Question | answer | answer | seconds`);
  }
  if (choices.length > answers[1]) {
    const most = `Twitch takes ${answers[1]}`;
    throw new AppError("usage", `Cannot ${doing}: there are ${choices.length} answers, ${most}`);
  }
  if (lasts < seconds[0] || lasts > seconds[1]) {
    const range = `${seconds[0]} to ${seconds[1]}`;
    throw new AppError("usage", `Cannot ${doing}: the last part is how many seconds it lasts, ${range}`);
  }
  atMost(doing, "the question", question, title);
  return {
    title: question,
    answers: choices.map((choice) => ({ title: atMost(doing, "an answer", choice, ANSWER_LENGTH) })),
    seconds: lasts,
  };
}

/** `poll`: one line. */
export const poll: ShortForm = {
  word: "POLL",
  doing: "start the poll",
  scope: "channel:manage:polls",
  read(text) {
    const limits = { doing: this.doing, title: 60, answers: [2, 5], seconds: [15, 1800, 60] } as const;
    const { title, answers, seconds } = readQuestion(limits, text);
    return {
      request: ({ me }) =>
        post("polls", {}, { broadcaster_id: me, title, choices: answers, duration: seconds }),
      done: () => `Poll with ${answers.length} answers started, ends in ${spanText(seconds)}`,
    };
  },
  failures: [
    { when: /already|running|active/i, line: "one is running already" },
    { when: /automod|content guidelines/i, line: "Twitch does not allow the words" },
    { status: 403, line: "only affiliates and partners can" },
  ],
};

/** `prediction`: one line. */
export const prediction: ShortForm = {
  word: "PREDICTION",
  doing: "start the prediction",
  scope: "channel:manage:predictions",
  read(text) {
    const limits = { doing: this.doing, title: 45, answers: [2, 10], seconds: [30, 1800, 120] } as const;
    const { title, answers, seconds } = readQuestion(limits, text);
    return {
      request: ({ me }) =>
        post("predictions", {}, { broadcaster_id: me, title, outcomes: answers, prediction_window: seconds }),
      done: () => `Prediction with ${answers.length} answers started, closes in ${spanText(seconds)}`,
    };
  },
  failures: poll.failures,
};

/** The help: open to everybody, for it holds nothing that the address in the browser does not show. */
import { blocksIn } from "./pages/markdown.tsx";
import { HELP_TOPICS, helpText, isHelpTopic } from "./help/pages.ts";
import { type Page, sayOf, show, showProblem } from "./page.tsx";
import { HelpPage, topicName, TopicPage } from "./pages/help.tsx";
import type { Room } from "./room.ts";
import type { Values } from "./words/rich.tsx";

/** All topics. */
export async function showTopics(c: Page, room: Room): Promise<Response> {
  const say = sayOf(c, room);
  return await show(c, room, say("help.title"), <HelpPage say={say} topics={HELP_TOPICS} />);
}

/** One topic. */
export async function showTopic(c: Page, room: Room): Promise<Response> {
  const topic = c.req.param("topic") ?? "";
  if (!isHelpTopic(topic)) return await showProblem(c, room, "no_page");
  const say = sayOf(c, room);
  const props = { say, blocks: blocksIn(helpText(say.language, topic)), values: valuesOf(c, room) };
  return await show(c, room, topicName(say, topic), <TopicPage {...props} />);
}

/** This server's own addresses; whoever is not signed in is told only what they have typed themselves. */
function valuesOf(c: Page, { deps }: Room): Values {
  const { host, port } = new URL(c.req.url);
  if (c.get("session") === undefined) {
    const here = port === "" ? "8948" : port;
    return {
      port: here,
      server: `http://${host}`,
      ...addresses(`http://${host}`, `http://localhost:${here}/callback`),
    };
  }
  const server = deps.baseUrls()[0] ?? `http://${host}`;
  return { port: deps.port(), server, ...addresses(server, deps.redirectUri()) };
}

function addresses(server: string, redirectUri: string): Values {
  return { tokenUrl: `${server}/token`, redirectUri };
}

// The two pages on which a person decides. They post back to their own address, so that it keeps its query.

import type { SimulatedUser } from "./options.ts";

/** Asks whether an app may do what it wants to. */
export function consentPage(
  asked: {
    title: string;
    app: string;
    scopes: readonly string[];
    users: SimulatedUser[];
    chosen: SimulatedUser;
  },
): string {
  const options = asked.users.map((user) => {
    const selected = user === asked.chosen ? " selected" : "";
    return `<option value="${escaped(user.login)}"${selected}>${escaped(user.displayName)}</option>`;
  });
  const scopes = asked.scopes.map((scope) => `<li><code>${escaped(scope)}</code></li>`);
  return page(
    asked.title,
    `<p><strong>${escaped(asked.app)}</strong> asks for access to your account.</p>
<ul>${scopes.join("")}</ul>
<form method="post">
<p><label>Account <select name="user">${options.join("")}</select></label></p>
<button name="decision" value="approve">Approve</button>
<button name="decision" value="cancel">Cancel</button>
</form>`,
  );
}

/** Asks for the code that a device shows. */
export function codePage(): string {
  return page(
    "Activate your device",
    `<form method="get">
<p><label>Code <input name="device-code" autocapitalize="characters" required></label></p>
<button>Activate</button>
</form>`,
  );
}

/** Says how it ended. */
export function noticePage(title: string): string {
  return page(title, `<p>You can close this page.</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)} – simulated Twitch</title>
<h1>${escaped(title)}</h1>
${body}
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

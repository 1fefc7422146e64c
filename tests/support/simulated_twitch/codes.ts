// What is passed on once: authorization codes and device codes.

import { Refusal } from "./answers.ts";
import type { Connection } from "./grants.ts";
import type { SimulatedClient, Switches } from "./options.ts";
import { DIGITS, LOWER_CASE, type Random, UPPER_CASE } from "./random.ts";

/** What an authorization code stands for. */
export interface AuthorizationCode {
  connection: Connection;
  redirectUri: string;
  scopes: readonly string[];
}

/** A device sign-in: pending, then approved or denied, then consumed. Time alone makes it expired. */
export interface DeviceCode {
  deviceCode: string;
  userCode: string;
  client: SimulatedClient;
  scopes: readonly string[];
  expiresAt: number;
  state: "pending" | "denied" | "consumed" | { approved: Connection };
}

/** The codes given out and not yet redeemed or forgotten. */
export class Codes {
  #switches: Switches;
  #now: () => number;
  #random: Random;
  #authorizations = new Map<string, AuthorizationCode & { expiresAt: number }>();
  #devices: DeviceCode[] = [];
  #authorizationCodes: string[] = [];

  constructor(switches: Switches, now: () => number, random: Random) {
    this.#switches = switches;
    this.#now = now;
    this.#random = random;
  }

  /** A new authorization code. */
  authorize(authorization: AuthorizationCode): string {
    const code = this.#random.text(30, LOWER_CASE + DIGITS);
    this.#authorizationCodes.push(code);
    this.#authorizations.set(code, {
      ...authorization,
      expiresAt: this.#now() + this.#switches.codeLife * 1000,
    });
    return code;
  }

  /** Spends an authorization code, or throws the Refusal; a wrong redirect URI spends nothing. */
  redeem(client: SimulatedClient, code: string, redirectUri: string | undefined): AuthorizationCode {
    const found = this.#authorizations.get(code);
    if (
      found?.connection.client !== client || found.connection.ended !== undefined ||
      this.#now() >= found.expiresAt
    ) {
      throw new Refusal(400, "Invalid authorization code");
    }
    if (redirectUri !== found.redirectUri) {
      throw new Refusal(400, "Parameter redirect_uri does not match registered URI");
    }
    this.#authorizations.delete(code);
    return found;
  }

  /** Every authorization code and device code that there ever was. */
  issued(): string[] {
    return [...this.#authorizationCodes, ...this.#devices.map(({ deviceCode }) => deviceCode)];
  }

  /** A new device sign-in. */
  startDevice(client: SimulatedClient, scopes: readonly string[]): DeviceCode {
    const device: DeviceCode = {
      deviceCode: this.#random.text(40, UPPER_CASE + LOWER_CASE + DIGITS),
      userCode: this.#random.text(8, UPPER_CASE),
      client,
      scopes,
      expiresAt: this.#now() + this.#switches.deviceCodeLife * 1000,
      state: "pending",
    };
    this.#devices.push(device);
    return device;
  }

  /** Spends an approved device code, or throws the Refusal; only pending and invalid are documented. */
  redeemDevice(
    client: SimulatedClient,
    deviceCode: string,
  ): { connection: Connection; scopes: readonly string[] } {
    const device = this.#devices.find((one) => one.deviceCode === deviceCode && one.client === client);
    const invalid = new Refusal(400, "invalid device code");
    if (device === undefined || this.#now() >= device.expiresAt) throw invalid;
    if (device.state === "pending") {
      throw this.#switches.invalidWhilePending ? invalid : new Refusal(400, "authorization_pending");
    }
    if (typeof device.state === "string" || device.state.approved.ended !== undefined) throw invalid;
    const connection = device.state.approved;
    device.state = "consumed";
    return { connection, scopes: device.scopes };
  }

  /** The device sign-in waiting under this user code, typed in any case, with or without a dash. */
  pendingDevice(userCode: string): DeviceCode | undefined {
    const typed = userCode.replaceAll(/[\s-]/g, "").toUpperCase();
    return this.#devices.find((device) =>
      device.userCode === typed && device.state === "pending" && this.#now() < device.expiresAt
    );
  }
}

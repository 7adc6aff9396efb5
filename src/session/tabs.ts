import type { Lab } from '../lab/lab.ts';
import type { CommandBlock, Scenario } from '../model/scenario.ts';
import type { TerminalSpec } from '../model/topology.ts';
import { connectedTo, ensureProgram, openTerminal } from '../terminal/open.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import type { CommandRecord, Terminal, TerminalContext } from '../terminal/terminal.ts';
import { UserError } from '../util/user-error.ts';
import { obstacleTo, pressedFor } from './obstacle.ts';

/** What it takes to open a terminal again as it was: the programs in it, and the background command that ran. */
export interface Place {
  context: TerminalContext;
  background?: string | undefined;
}
export type Places = Record<string, Place>;

export interface TabEvents {
  began(terminal: string, record: CommandRecord): void;
  ended(terminal: string, record: CommandRecord): void;
  prompted(terminal: string): void;
  changed(): void;
  /** A key was pressed before a block was typed, which ended something. */
  pressed(text: string): void;
}

/** The terminals of a session, one a tab, open as long as the lab runs. */
export class Tabs {
  #lab: Lab;
  #scenario: Scenario;
  #size: TerminalSize;
  #events: TabEvents;
  #open = new Map<string, Terminal>();
  #opening = new Map<string, Promise<Terminal>>();
  #background = new Map<string, string>();
  #places: Places = {};
  /** Where the psql of each tab was last, on the port on which it was first. */
  #databases = new Map<string, { database: string; port: number }>();
  readonly #end = new AbortController();

  readonly #pager: boolean;

  /** Without `pager`, long output is printed to its end (`OpenOptions.pager`). */
  constructor(lab: Lab, scenario: Scenario, size: TerminalSize, events: TabEvents, pager = true) {
    this.#pager = pager;
    this.#lab = lab;
    this.#scenario = scenario;
    this.#size = size;
    this.#events = events;
  }

  get(name: string): Terminal | undefined {
    return this.#open.get(name);
  }

  /** Opens all; resolves when the one in front is there. The others are waited for when they are typed into. */
  async open(front: string, places: Places, signal: AbortSignal): Promise<void> {
    const first = this.#scenario.terminals.find((spec) => spec.name === front)!;
    const wanted = AbortSignal.any([signal, this.#end.signal]);
    for (const spec of [first, ...this.#scenario.terminals.filter((other) => other !== first)]) {
      const opening = this.#start(spec, places[spec.name], wanted);
      // Its failure is met by whoever types into it.
      opening.catch(() => {});
      this.#opening.set(spec.name, opening);
      if (spec === first) await opening;
    }
  }

  /** How the terminals stand; those whose lab has died, how they stood when this was last asked. */
  places(): Places {
    for (const [name, terminal] of this.#open) {
      if (terminal.ended) continue;
      const background = terminal.running ? this.#background.get(name) : undefined;
      this.#places[name] = { context: terminal.context(), background };
    }
    return { ...this.#places };
  }

  /** Types a block; resolves to the commands it ran, those in the background included. */
  async type(block: CommandBlock, signal: AbortSignal): Promise<CommandRecord[]> {
    const opening = this.#opening.get(block.terminal);
    if (!opening) throw new UserError('lab-not-ready', 'The lab is not ready yet.');
    const terminal = await opening;
    const options = { timeout: block.timeout, signal };
    const obstacle = obstacleTo(block, terminal.state, this.#scenario);
    if (obstacle) throw new UserError('terminal-busy', obstacle);
    const pressed = pressedFor(block, terminal.state);
    if (pressed) this.#events.pressed(pressed);
    if (block.interrupt) await terminal.interrupt(options);
    const spec = this.#scenario.terminals.find(({ name }) => name === block.terminal)!;
    // Where it had been left, psql goes on in the database in which it was.
    const last = this.#databases.get(spec.name);
    const command = spec.command && last ? connectedTo(spec.command, last.database, last.port) : spec.command;
    await ensureProgram(terminal, { ...spec, command }, options);
    if (!block.background) return terminal.type(block.text, options);
    this.#background.set(block.terminal, block.text);
    return terminal.typeBackground(block.text, options);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    for (const terminal of this.#open.values()) terminal.resize(size);
  }

  /** Ends what runs in them; also in those that are still being opened. */
  close(): void {
    this.#end.abort(new DOMException('The terminals were closed', 'AbortError'));
    for (const terminal of this.#open.values()) terminal.close();
  }

  async #start(spec: TerminalSpec, place: Place | undefined, signal: AbortSignal): Promise<Terminal> {
    const terminal = await openTerminal(this.#lab, spec, this.#size, {
      context: place?.context,
      signal,
      pager: this.#pager,
    });
    terminal.on('commandStart', (record) => this.#events.began(spec.name, record));
    terminal.on('commandEnd', (record) => this.#events.ended(spec.name, record));
    terminal.on('prompt', () => {
      this.#remember(spec.name, terminal);
      this.#events.prompted(spec.name);
    });
    this.#open.set(spec.name, terminal);
    this.#events.changed();
    if (place?.background) {
      this.#background.set(spec.name, place.background);
      await terminal.typeBackground(place.background, { timeout: 30_000, signal });
    }
    return terminal;
  }

  #remember(name: string, terminal: Terminal): void {
    const { programs, database, port } = terminal.context();
    if (programs.length !== 1 || database === undefined || port === undefined) return;
    const home = this.#databases.get(name)?.port ?? port;
    if (port === home) this.#databases.set(name, { database, port });
  }
}

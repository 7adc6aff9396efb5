/** What a message may tell a person to run; `--help` lists them. */
const COMMANDS = 'start|list|test|lint|labs|images|doctor|progress';
const NAMED = new RegExp(`\\bwaldojo (?=(?:${COMMANDS})\\b)`, 'g');

/** What runs this program where the person stands: in a clone there is no `waldojo`, and the launcher says what there is. */
export const ownCommand = (): string => process.env.WALDOJO_COMMAND || 'waldojo';

/** A message in which each `waldojo <command>` is one that works here. */
export const withOwnCommand = (message: string): string => message.replace(NAMED, () => `${ownCommand()} `);

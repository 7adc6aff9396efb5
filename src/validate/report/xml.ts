import { printable } from './plain.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };
const entity = (character: string) => ENTITIES[character]!;

/** Well formed whatever the text holds: XML 1.0 has no way to write most control characters, not even escaped. */
export const xmlText = (text: string): string => noCommands(printable(text).replace(/[&<>]/g, entity));
const xmlValue = (text: string): string => noCommands(printable(text).replace(/[&<>"\n]/g, entity));
/** What GitHub would obey in the log of a workflow, as a reader of XML reads it and GitHub does not. */
const noCommands = (xml: string): string => xml.replace(/^([^\S\n]*):(?=:)/gm, '$1&#58;').replaceAll('##[', '&#35;#[');

/** Children are well-formed XML; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  ...children: string[]
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${xmlValue(String(value))}"`],
  );
  const begin = `<${name}${written.join('')}`;
  return children.length > 0 ? `${begin}>${children.join('')}</${name}>` : `${begin}/>`;
}

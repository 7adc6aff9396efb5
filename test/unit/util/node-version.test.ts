import { expect, it } from 'vitest';
import { requireNode } from '../../../src/util/node-version.ts';

it.each(['18.20.4', '20.19.2', '22.9.0', '22.12.0'])('Node %s is told to be too old', (version) => {
  expect(() => requireNode(version)).toThrow(`Node.js 22.13 or newer is needed, this is ${version}.`);
});

it.each(['22.13.0', '22.23.2', '23.0.0', '26.10.0'])('Node %s will do', (version) => requireNode(version));

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(import.meta.dirname, '../..');

/** A file of the repository. */
export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks: Readonly<Record<string, { readonly ipv4_address?: string }>>;
}

export const SERVERS = ['server-1', 'server-2'] as const;

export const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<(typeof SERVERS)[number] | 'cli' | 'nginx' | 'mongodb', Service>>;
};

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

type Labels = Readonly<Record<string, string>>;

/** What the tests look at in a manifest; each has some of it. */
interface Manifest {
  readonly spec: {
    readonly selector: Labels & { readonly matchLabels: Labels };
    readonly podSelector: { readonly matchLabels: Labels };
    readonly ports: readonly { readonly targetPort: string }[];
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number } };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number; readonly fsGroup: number };
        readonly volumes: readonly object[];
        readonly containers: readonly [
          {
            readonly image: string;
            readonly env: readonly { readonly name: string; readonly value?: string }[];
            readonly ports: readonly object[];
            readonly startupProbe: Probe;
            readonly livenessProbe: Probe;
            readonly readinessProbe: Probe;
            readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
            readonly volumeMounts: readonly object[];
          },
        ];
      };
    };
  };
}

export const manifest = (name: string): Manifest => parse(read(`deploy/kubernetes/${name}.yaml`)) as Manifest;

/** The variables of a file as systemd reads it: one a line. */
export function environmentFile(file: string): Readonly<Record<string, string>> {
  const pairs = read(file).matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries(Array.from(pairs, ([, name = '', value = '']) => [name, value]));
}

const dockerfile = read('Dockerfile');
const only = (pattern: RegExp): string => {
  const [, found] = pattern.exec(dockerfile) ?? [];
  if (found === undefined) throw new Error(`Dockerfile must match ${pattern}`);
  return found;
};

/** What the image says of itself. */
export const image = {
  user: only(/^USER (.*)$/m),
  volume: only(/^VOLUME (.*)$/m),
  environment: Object.fromEntries(
    only(/^ENV (.*)$/m)
      .split(' ')
      .map((pair) => pair.split('=')),
  ) as Readonly<Record<string, string>>,
};

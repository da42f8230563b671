import type { Template } from 'aws-cdk-lib/assertions';

interface Container {
  Environment: { Name: string; Value: unknown }[];
  Secrets: { Name: string; ValueFrom: unknown }[];
}

/** The container's variables, with sample values for what CloudFormation and Secrets Manager fill in. */
export function taskEnvironment(template: Template): Record<string, string> {
  const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const containers = definitions.flatMap(({ Properties }) => Properties.ContainerDefinitions as Container[]);
  const plain = containers.flatMap(({ Environment }) =>
    Environment.map(({ Name, Value }) => [Name, resolve(Value)]),
  );
  const secret = containers.flatMap(({ Secrets }) =>
    Secrets.map(({ Name }) => [Name, generatedSecret(Name)]),
  );
  return Object.fromEntries([...plain, ...secret]);
}

function resolve(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, operand] = []] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Fn::Join') {
    const [separator, parts] = operand as [string, unknown[]];
    return parts.map(resolve).join(separator);
  }
  if (intrinsic === 'Fn::GetAtt') {
    const [resource, attribute] = operand as [string, string];
    return attribute.endsWith('Port') ? '6379' : `${resource.toLowerCase()}.example.com`;
  }
  throw new Error(`The environment uses ${intrinsic}, for which this test has no sample value.`);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** As Secrets Manager generates it: 43 letters and digits, different for each setting. */
function generatedSecret(setting: string): string {
  return Array.from(
    { length: 43 },
    (_, index) => LETTERS[(index * 7 + setting.length * 11 + setting.charCodeAt(0)) % LETTERS.length],
  ).join('');
}

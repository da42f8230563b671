import { CfnResource, type Stack } from 'aws-cdk-lib';

/** How many resources of each type each part of the stack has, as lines of text. */
export function resourceTable(stack: Stack): string[] {
  const counts = new Map<string, number>();
  for (const node of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue;
    const part = node.node.scopes[2]?.node.id ?? stack.node.id;
    const row = `${part}\t${node.cfnResourceType.replace(/^AWS::/, '')}`;
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const rows = [...counts].map(([row, count]) => [...row.split('\t'), String(count)]);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return align([['part', 'resource', 'count'], ...rows, ['total', '', String(total)]]);
}

function align(rows: string[][]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(([part = '', resource = '', count = '']) =>
    [part.padEnd(widths[0] ?? 0), resource.padEnd(widths[1] ?? 0), count.padStart(widths[2] ?? 0)].join('  '),
  );
}

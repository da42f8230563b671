import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Record<string, { description?: string; content?: object }>;

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
const CODE = /E_[A-Z_]+/g;

/**
 * Completes the error responses of each operation: those that follow from its parameters, body and authentication, and for all of them the
 * body, RFC 9457 with the codes that their descriptions name.
 */
export function describeProblems(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) describeOperation(operation, method);
    }
  }
  return document;
}

function describeOperation(operation: Operation, method: (typeof METHODS)[number]): void {
  const responses = operation.responses as Responses;
  for (const [status, code] of impliedProblems(operation, method)) {
    const description = responses[status]?.description ?? '';
    if (description.includes(code)) continue;
    responses[status] = { description: description ? `${description}, ${code}` : code };
  }
  for (const [status, response] of Object.entries(responses)) {
    if (Number(status) >= 400 && !response.content) response.content = problemContent(response.description);
  }
}

function impliedProblems(
  { parameters = [], requestBody, security = [] }: Operation,
  method: (typeof METHODS)[number],
): [status: string, code: string][] {
  const needs = (name: string) => security.some((scheme) => name in scheme);
  return [
    ...(requestBody ? ([['400', 'E_MALFORMED_JSON']] as const) : []),
    ...(needs('operator') || needs('game-server') ? ([['401', 'E_KEY_REQUIRED']] as const) : []),
    // In a demo, where no key is needed.
    ...(needs('operator') ? ([['403', 'E_HOST_UNKNOWN']] as const) : []),
    ...(method === 'get' ? [] : ([['403', 'E_CROSS_SITE']] as const)),
    ...(requestBody ? ([['413', 'E_TOO_LARGE']] as const) : []),
    ...(requestBody || parameters.length > 0 ? ([['422', 'E_INVALID']] as const) : []),
  ].map(([status, code]) => [status, code]);
}

function problemContent(description = ''): object {
  const codes = description.match(CODE) ?? [];
  const schema = {
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string', example: 'about:blank' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', enum: codes },
      detail: { type: 'string', description: 'What failed and what to do' },
      errors: {
        type: 'array',
        description: 'The wrong fields of E_INVALID',
        items: {
          type: 'object',
          properties: { field: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  };
  return { 'application/problem+json': { schema } };
}

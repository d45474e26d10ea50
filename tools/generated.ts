/** The generated files of the repository: path and content. A test fails when one of them is stale. */
import { resultJsonSchema } from '../src/report/result_schema.ts';
import { scenarioJsonSchema } from '../src/scenario/schema/json_schema.ts';
import { fidelityDocs } from './fidelity_docs.ts';
import { cliffPicture } from './pictures.ts';
import { resultsIndex } from './results_index.ts';
import { scenarioDocs } from './scenario_docs.ts';
import { versionMatrix } from './version_matrix.ts';
import { versionSource } from './version_source.ts';

export function generatedFiles(): Readonly<Record<string, string>> {
  const schema = scenarioJsonSchema();
  return {
    'schema/scenario.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'schema/result.schema.json': `${JSON.stringify(resultJsonSchema(), null, 2)}\n`,
    'results/README.md': resultsIndex(),
    'src/version.ts': versionSource(),
    'docs/cliff.svg': cliffPicture(),
    'docs/scenarios.md': scenarioDocs(schema),
    'docs/fidelity.md': fidelityDocs(),
    'docs/version-matrix.md': versionMatrix(),
  };
}

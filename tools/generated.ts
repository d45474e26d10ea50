/** The generated files of the repository: path and content. A test fails when one of them is stale. */
import { adviceSchema } from '../src/advise/advice_answer.ts';
import { diagnosisSchema } from '../src/diagnose/diagnosis_answer.ts';
import { answerJsonSchema } from '../src/report/answers/answer.ts';
import { showSchema } from '../src/report/answers/show_answer.ts';
import { traceSchema } from '../src/report/answers/trace_answer.ts';
import { whySchema } from '../src/report/answers/why_answer.ts';
import { resultJsonSchema } from '../src/report/result_schema.ts';
import { scenarioJsonSchema } from '../src/scenario/schema/json_schema.ts';
import { diagnosePage } from './confusion/page.ts';
import { fidelityDocs } from './fidelity_docs.ts';
import { oracleRuns } from './oracle_runs.ts';
import { cliffPicture, portsPicture } from './pictures.ts';
import { resultsIndex } from './results_index.ts';
import { scenarioDocs } from './scenario_docs.ts';
import { versionMatrix } from './version_matrix.ts';
import { versionSource } from './version_source.ts';

export function generatedFiles(): Readonly<Record<string, string>> {
  const schema = scenarioJsonSchema();
  return {
    'schema/scenario.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
    'schema/result.schema.json': `${JSON.stringify(resultJsonSchema(), null, 2)}\n`,
    ...answerSchemas(),
    'results/README.md': resultsIndex(),
    'src/version.ts': versionSource(),
    'docs/cliff.svg': cliffPicture(),
    'docs/ports.svg': portsPicture(),
    'docs/scenarios.md': scenarioDocs(schema),
    'docs/oracle-runs.md': oracleRuns(),
    'docs/diagnose.md': diagnosePage(),
    'docs/fidelity.md': fidelityDocs(),
    'docs/version-matrix.md': versionMatrix(),
  };
}

/** What commands print with --format json. */
function answerSchemas(): Record<string, string> {
  const schemas = {
    why: whySchema,
    advise: adviceSchema,
    trace: traceSchema,
    show: showSchema,
    diagnose: diagnosisSchema,
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      `schema/${name}.schema.json`,
      `${JSON.stringify(answerJsonSchema(name, schema), null, 2)}\n`,
    ]),
  );
}

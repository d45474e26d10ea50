import { checkReferences } from './check_references.ts';

checkReferences(1, 4);

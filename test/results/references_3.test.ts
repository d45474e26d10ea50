import { checkReferences } from './check_references.ts';

checkReferences(2, 4);

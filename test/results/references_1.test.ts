import { checkReferences } from './check_references.ts';

checkReferences(0, 4);

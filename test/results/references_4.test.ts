import { checkReferences } from './check_references.ts';

checkReferences(3, 4);

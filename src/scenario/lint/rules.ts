import { answerWithoutQuestion } from './answer-without-question.ts';
import { duplicateCheck } from './duplicate-check.ts';
import { duplicateId } from './duplicate-id.ts';
import { emptyHint } from './empty-hint.ts';
import { headingOrder } from './heading-order.ts';
import { missingDocument } from './missing-document.ts';
import type { Rule } from './rule.ts';
import { slowPattern } from './slow-pattern.ts';
import { stepWithoutCheck } from './step-without-check.ts';
import { strayFile } from './stray-file.ts';
import { strayPlaceholder } from './stray-placeholder.ts';
import { wrongTarget } from './wrong-target.ts';

/** Every rule by the name that diagnostics carry. What can be seen piece by piece is the parser's to report. */
export const RULES: Record<string, Rule> = {
  'answer-without-question': answerWithoutQuestion,
  'duplicate-check': duplicateCheck,
  'duplicate-id': duplicateId,
  'empty-hint': emptyHint,
  'heading-order': headingOrder,
  'missing-document': missingDocument,
  'slow-pattern': slowPattern,
  'step-without-check': stepWithoutCheck,
  'stray-file': strayFile,
  'stray-placeholder': strayPlaceholder,
  'wrong-target': wrongTarget,
};

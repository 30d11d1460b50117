/* cmd_eval.h -- `zhun eval recommend`, `session` and `complements`: how good is a model on plain files?
 *
 * Reads the files, chooses what was not given on a part of the training data, trains, answers every
 * question of the test part and prints one JSON object a model, or an aligned table. Nothing is
 * kept and no engine is needed. Exit status: 0 done, 2 wrong usage, 3 could not.
 */
#ifndef ZH_APP_CMD_EVAL_H
#define ZH_APP_CMD_EVAL_H

/* argv[0] is "eval", the words after it follow. */
int zh_cmd_eval(int argc, char **argv);

#endif

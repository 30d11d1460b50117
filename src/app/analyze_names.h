/* analyze_names.h -- every analysis by its function: one line in the table of cmd_analyze.c each. */
#ifndef ZH_APP_ANALYZE_NAMES_H
#define ZH_APP_ANALYZE_NAMES_H
#include "app/analyze.h"

void zh_analyze_rfm(zh_analyze *job);
void zh_analyze_cohort(zh_analyze *job);
void zh_analyze_clv(zh_analyze *job);
void zh_analyze_abtest(zh_analyze *job);
void zh_analyze_cuped(zh_analyze *job);
void zh_analyze_ratio(zh_analyze *job);
void zh_analyze_bayes(zh_analyze *job);
void zh_analyze_srm(zh_analyze *job);
void zh_analyze_power(zh_analyze *job);
void zh_analyze_sequence(zh_analyze *job);
void zh_analyze_exploration(zh_analyze *job);
void zh_analyze_attribution(zh_analyze *job);
void zh_analyze_rules(zh_analyze *job);
void zh_analyze_itemsets(zh_analyze *job);
void zh_analyze_ope(zh_analyze *job);
void zh_analyze_uplift(zh_analyze *job);
void zh_analyze_coupons(zh_analyze *job);
void zh_analyze_mention(zh_analyze *job);
void zh_analyze_trend(zh_analyze *job);
void zh_analyze_changepoint(zh_analyze *job);
void zh_analyze_predict(zh_analyze *job);
void zh_analyze_forecast(zh_analyze *job);
void zh_analyze_sentiment(zh_analyze *job);

#endif

/* Goal: a customer counts once a period, in the cohort of their first one, whatever the order of the visits.
 * Method: random visits against counting with flags. */
#include "measure/cohort.h"
#include "check.h"

#include <stdbool.h>
#include <string.h>

#define PEOPLE 50
#define PERIODS 9
#define VISITS 200

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    for (int round = 0; round < 50; round++) {
        static uint64_t visits[VISITS];
        static bool came[PEOPLE][PERIODS];
        static uint32_t kept[PERIODS * PERIODS], slow[PERIODS * PERIODS];
        memset(came, 0, sizeof came);
        memset(kept, 0, sizeof kept);
        memset(slow, 0, sizeof slow);
        for (int i = 0; i < VISITS; i++) {
            const uint32_t who = (uint32_t)(test_random(&seed) % PEOPLE), when = (uint32_t)(test_random(&seed) % PERIODS);
            visits[i] = zh_cohort_visit(who, when);
            came[who][when] = true;
        }
        for (int who = 0; who < PEOPLE; who++) {
            int first = 0;
            while (first < PERIODS && !came[who][first]) first++;
            for (int k = first; k < PERIODS; k++) slow[first * PERIODS + k - first] += came[who][k];
        }
        zh_cohort_count(visits, VISITS, PERIODS, kept);
        CHECK(memcmp(kept, slow, sizeof kept) == 0);
    }
    return 0;
}

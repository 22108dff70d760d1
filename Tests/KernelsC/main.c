// Compares every kernel table that this CPU can run with the reference, bit for bit.
//
// usage: kernels-test [DEFAULT [SEED]]
// DEFAULT is the name that the default table must have ("" for any).
#include "support.h"

static bool default_is(const char *name) {
    const bn_kernels *table = bn_kernels_default();
    if (table && strcmp(table->name, name) == 0) return true;
    fprintf(stderr, "the default table is %s, expected %s\n", table ? table->name : "none", name);
    return false;
}

int main(int argc, char **argv) {
    kernel_suite suite = {.reference = bn_kernels_named("scalar")};
    suite.count = bn_kernels_available(suite.tables, 8);
    if (!suite.reference) return 2;
    if (argc > 1 && argv[1][0]) expect_true("name of the default table", default_is(argv[1]));
    expect_true("an unknown name has no table", !bn_kernels_named("no such table"));
    random_seed(argc > 2 ? strtoull(argv[2], NULL, 10) : 20260101);

    for (size_t i = 0; i < suite.count; i++)
        printf("%s%s", i ? ", " : "tables: ", suite.tables[i]->name);
    printf("\n");
    check_ternary(&suite);
    check_dense(&suite);
    check_head(&suite);
    check_attention(&suite);
    check_vectors(&suite);
    check_exponential(&suite);
    check_half(&suite);
    check_training(&suite);
    check_probes(&suite);
    check_pool();
    return report();
}

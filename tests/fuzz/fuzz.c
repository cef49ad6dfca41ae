/* fuzz.c: what libFuzzer calls. FUZZ_TARGET names the target. */
#include "targets.h"

#include "pipectl/value/unicode.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    unicode_install();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const FuzzTarget *target;

    if (!target)
        target = fuzz_target_find(FUZZ_TARGET);
    target->run((Text){ (const char *)bytes, length });
    return 0;
}

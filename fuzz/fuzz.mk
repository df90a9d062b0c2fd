# One target per fuzz/NAME.c, with its corpus in fuzz/corpus/NAME.  Each file
# has LLVMFuzzerTestOneInput.  `make fuzz` runs each for FUZZ_SECONDS under
# libFuzzer; `make corpora` (part of the tests) runs each over its corpus with
# a plain driver.
FUZZ = $(basename $(notdir $(wildcard fuzz/*_fuzz.c)))
FUZZ_SECONDS = 600
FUZZ_CORE = $(filter src/base/% src/wire/%,$(SRC))
FUZZ_FLAGS = -std=c11 -D_GNU_SOURCE -Isrc $(WARN) -g -O1 \
  -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: corpora
corpora: $(FUZZ:%=build/fuzz/%.plain)
	@for t in $(FUZZ); do build/fuzz/$$t.plain fuzz/corpus/$$t || exit 1; done

build/fuzz/%.plain: fuzz/%.c fuzz/driver.c $(FUZZ_CORE)
	@mkdir -p $(@D)
	$(CC) $(FUZZ_FLAGS) -o $@ $^

build/fuzz/%: fuzz/%.c $(FUZZ_CORE)
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^

fuzz: $(FUZZ:%=build/fuzz/%)
	@fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ)

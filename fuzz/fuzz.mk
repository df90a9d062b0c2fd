# One target per fuzz/NAME.c, with its corpus in fuzz/corpus/NAME.  Each file
# has LLVMFuzzerTestOneInput.  `make fuzz` runs each for FUZZ_SECONDS under
# libFuzzer; `make corpora` (part of the tests) runs each over its corpus with
# a plain driver.
FUZZ = $(basename $(notdir $(wildcard fuzz/*_fuzz.c)))
FUZZ_SECONDS = 600
FUZZ_CORE = $(filter src/base/% src/wire/% src/mail/% src/format/mime_%,$(SRC))
FUZZ_FLAGS = -std=c11 -D_GNU_SOURCE -Isrc $(WARN) -g -O1 \
  -fsanitize=address,undefined -fno-sanitize-recover=all \
  `$(PKG_CONFIG) --cflags gmime-3.0`
FUZZ_LIBS = `$(PKG_CONFIG) --libs gmime-3.0`

# the codecs, once for all targets: for the plain driver, and for libFuzzer
FUZZ_B = build/fuzz/$(notdir $(CC))
FUZZ_OBJ = $(FUZZ_CORE:%.c=$(FUZZ_B)/%.o)
LIBFUZZER_OBJ = $(FUZZ_CORE:%.c=build/fuzz/lib/%.o)

.PHONY: corpora
corpora: $(FUZZ:%=$(FUZZ_B)/%)
	@for t in $(FUZZ); do $(FUZZ_B)/$$t fuzz/corpus/$$t || exit 1; done

$(FUZZ_B)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(FUZZ_B)/%_fuzz: $(FUZZ_B)/fuzz/%_fuzz.o $(FUZZ_B)/fuzz/driver.o $(FUZZ_OBJ)
	@$(CC) $(FUZZ_FLAGS) -o $@ $^ $(FUZZ_LIBS)

build/fuzz/lib/%.o: %.c
	@mkdir -p $(@D)
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

build/fuzz/%_fuzz: build/fuzz/lib/fuzz/%_fuzz.o $(LIBFUZZER_OBJ)
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

-include $(wildcard build/fuzz/*/*/*.d build/fuzz/*/*/*/*.d)

fuzz: $(FUZZ:%=build/fuzz/%)
	@fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ)

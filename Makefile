# The front door. `make demo` and `make test` do everything on a fresh Debian 12 machine.
#
#   make              release build: build/zhun
#   make demo         install what is missing, build, `zhun demo`: an engine and a simulated shop that sells by its lists;
#                     DEMO_FLAGS=--once ends after the days and prints what each policy brought
#   make test         install what is missing, build, run every test; ends with "N passed, N failed"
#   make check-fast   unit tests of the engine only, under a minute
#   make asan / tsan  the unit tests under AddressSanitizer + UBSan / ThreadSanitizer
#   make fuzz         each fuzz target for FUZZ_SECONDS (default 60)
#   make crash        the crash suite whole (root): killed at every system call, power cuts, a disk that fails; about an hour
#   make trust        the checks of docs/trust.md whole (root; hours), then each fuzz target for FUZZ_SECONDS (3600: an hour each)
#   make plant        plants the faults of tests/faults/ one by one in a copy: each must turn its check red
#   make bench        JSON lines, the yardstick beside each number
#   make lint         layers, headers, formats, advice
#   make format       clang-format on what changed
BUILD ?= build
FUZZ_SECONDS ?= 60
DEMO_FLAGS ?=
MESON = meson setup --buildtype=release

.PHONY: all setup demo test check-fast asan tsan fuzz crash trust plant bench lint format console clean
all: console $(BUILD)/build.ninja
	ninja -C $(BUILD) zhun zhun-sim src/sys/zhun-load

setup:
	@tools/setup.sh

$(BUILD)/build.ninja:
	@command -v meson >/dev/null || tools/setup.sh
	$(MESON) $(BUILD)

# The page is built only where npm is there and something changed; without it the engine serves a plain page.
console: console/dist/.done
console/dist/.done: console/package-lock.json $(shell find console/src console/index.html api -type f 2>/dev/null)
	@tools/console.sh

demo: setup all
	@$(BUILD)/zhun demo $(DEMO_FLAGS)

test: setup all
	@tools/test.sh $(BUILD)

check-fast: $(BUILD)/build.ninja
	ninja -C $(BUILD)
	meson test -C $(BUILD) --no-suite house --no-suite fuzz --print-errorlogs

asan:
	@[ -f build-asan/build.ninja ] || CC=$${CC:-gcc} meson setup build-asan -Db_sanitize=address,undefined
	ninja -C build-asan
	meson test -C build-asan --print-errorlogs --timeout-multiplier 4

tsan:
	@[ -f build-tsan/build.ninja ] || meson setup build-tsan -Db_sanitize=thread
	ninja -C build-tsan
	TSAN_OPTIONS="suppressions=$(CURDIR)/tools/tsan.supp halt_on_error=1" \
		meson test -C build-tsan --print-errorlogs --timeout-multiplier 6 --no-suite house --no-suite fuzz

fuzz:
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz.sh

crash: $(BUILD)/build.ninja
	ninja -C $(BUILD)
	@CRASH=long ZHUN=$(CURDIR)/$(BUILD)/zhun python3 -B tests/e2e/crash.py

trust: $(BUILD)/build.ninja
	@tools/trust.py $(BUILD)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz.sh

plant:
	@tools/plant.py $(PLANT)

bench: all
	@tools/bench.sh $(BUILD)

lint: $(BUILD)/build.ninja
	@tools/lint.sh $(BUILD)

format:
	@git diff --name-only --diff-filter=d HEAD -- '*.c' '*.h' '*.cpp' | xargs -r clang-format -i

clean:
	rm -rf build build-asan build-tsan build-fuzz out console/dist

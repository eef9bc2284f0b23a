# Footfall. Every verb first installs what it lacks (Tests/Tools/ensure) and can be run on its own.
#
#   make demo       an afternoon in a simulated shop, from three kiosks to a funnel
#   make test       unit tests, then the end-to-end suite against both device executables
#   make check      format lint, house style, both builds, and all that `make test` runs
#   make checks     the device's formats beyond 32 bits, as Embedded Swift
#   make device     build/footfall for this machine: Embedded Swift, stripped
#   make collector  build/footfall-collector
#   make library    build/ARCH/lib/libfootfall.so.1 and .a for this machine, with their programs
#   make cross      build/ARCH/footfall for kiosks (ARCH=arm64|armhf|amd64; without it, all)
#   make test-cross all three run, both ARMs emulated; each built twice: the same bytes
#   make bench      figures in a table, or FORMAT=json; BENCH=NAME for some: Tests/Benchmarks
#   make footprint  the device executable's size, libraries, memory and wake-ups at idle
#   make simulate   the whole agent in a world that a seed disturbs: SEED=1 STEPS=20000 [CUTS=N]
#   make crash      a lane's writer killed, and stopped, at each instruction, and its reader killed
#   make sanitize   the ring under ThreadSanitizer and AddressSanitizer, and changes that break it
#   make fuzz       bytes that no writer made against the block reader: SECONDS=60
#   make storm      producers of shared memory and their agents killed: SECONDS=60
#   make kill       kill -9 of the agent at KILLS=1000 random moments under load
#   make canary     50,000 events with 2,000 people in them, and the search for any trace: EVENTS=N
#   make wire-faults  each byte of an exchange stalled and spoilt; a large backlog, a thin line
#   make format     formats the Swift sources in place
#   make clean      removes every build

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help demo test check lint tidy checks units device collector ordinary end-to-end results \
        check-results cross test-cross bench bench-sync bench-parts footprint simulation crash \
        simulate sanitize fuzz storm kill canary wire-faults format clean producer library \
        build-embedded build-ordinary run-embedded run-ordinary

ENSURE := @Tests/Tools/ensure
# The build itself refuses an import that Package.swift does not declare.
BUILD := swift build --explicit-target-dependency-import-check error
# Without optimisation over all modules the executable is three times as large; the rest is tables
# that `Cross/settings` tells of.
EMBEDDED := -c release --traits Embedded --scratch-path .build-embedded \
    --experimental-lto-mode=full -Xswiftc -use-ld=lld -Xlinker --gc-sections -Xlinker --icf=all \
    -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --no-eh-frame-hdr \
    -Xlinker -mllvm -Xlinker -enable-machine-outliner=always \
    -Xcc -fno-asynchronous-unwind-tables
# The toolchain's folder of Embedded libraries, found when a recipe runs.
EMBEDDED_LIBS = $$(swiftc -print-target-info | \
    sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')/embedded/$$(uname -m)-unknown-linux-gnu
# What `make test` and `make check` must have reported by their end.
RUNS := checks units simulation crash checks-ordinary embedded ordinary
CHECK_RUNS = tidy $(RUNS) cross $(foreach arch,$(ARCHES),$(arch)-checks $(arch))
HOST := $(shell dpkg --print-architecture)
ARCHES := $(or $(ARCH),arm64 armhf amd64)
COLLECTOR := -c release --product footfall-collector --static-swift-stdlib
VENV := build/venv
PYTEST := $(VENV)/bin/python -B -m pytest -p no:cacheprovider
# A crash is reported by its signal; the backtracer would only hold the test up.
export SWIFT_BACKTRACE = enable=no

help:
	@sed -n '3,23s/^# *//p' Makefile

demo: device collector
	$(ENSURE) python
	@python3 -B Tests/Demo/demo.py

# A link as one program takes one core: the Embedded builds go beside the ordinary ones.
test: $(VENV)/ready
	$(ENSURE) swift libraries elf
	@# Neither finds the other at writing down which packages there are.
	swift package resolve
	@$(MAKE) --no-print-directory -j2 --output-sync build-embedded build-ordinary
	@$(MAKE) --no-print-directory end-to-end
	@$(MAKE) --no-print-directory results

# One after the other: a folder of builds is one build's at a time.
BUILDS_EMBEDDED := checks device
BUILDS_ORDINARY := units simulation crash collector ordinary
build-embedded build-ordinary:
	@set -e; for verb in $(if $(filter %embedded,$@),$(BUILDS_EMBEDDED),$(BUILDS_ORDINARY)); do \
	    $(MAKE) --no-print-directory $$verb; done

check: lint tidy test test-cross check-results

# From the very objects that `device` links, so that each is compiled once.
checks:
	$(ENSURE) swift libraries
	export SWIFT_EMBEDDED_LIBS="$(EMBEDDED_LIBS)" && \
	    $(BUILD) $(EMBEDDED) --product device-checks
	@mkdir -p build/results && rm -f build/results/checks.xml
	.build-embedded/release/device-checks --junit build/results/checks.xml
	.build-embedded/release/device-checks --planted

device:
	$(ENSURE) swift libraries elf
	export SWIFT_EMBEDDED_LIBS="$(EMBEDDED_LIBS)" && $(BUILD) $(EMBEDDED) --product footfall
	@! nm .build-embedded/release/footfall | grep 'Tv[0-9]*_r$$' || \
	    { echo "outlined arrays, which the linker mixes up: see Package.swift"; exit 1; }
	@mkdir -p build
	strip -o build/footfall .build-embedded/release/footfall

collector:
	$(ENSURE) swift libraries elf
	$(BUILD) $(COLLECTOR)
	@mkdir -p build
	strip -o build/footfall-collector .build/release/footfall-collector

lint:
	$(ENSURE) swift
	swift format lint --strict -r Sources Tests Package.swift

tidy: $(VENV)/ready
	@mkdir -p build/results
	$(PYTEST) -q Tests/Tidy --junitxml build/results/tidy.xml

units:
	$(ENSURE) swift libraries
	@mkdir -p build/results && rm -f build/results/units.xml
	swift test --disable-xctest --explicit-target-dependency-import-check error \
	    --xunit-output build/results/units.xml

ordinary:
	$(ENSURE) swift libraries
	$(BUILD) --product footfall
	$(BUILD) --product device-checks
	@mkdir -p build/results && rm -f build/results/checks-ordinary.xml
	.build/debug/device-checks --junit build/results/checks-ordinary.xml

# What shares memory with the agents under test.
producer:
	$(ENSURE) swift libraries
	$(BUILD) --product ring-producer
	@mkdir -p build
	cp .build/debug/ring-producer build/ring-producer

# The client library for this machine, and the programs that try it.
library:
	$(ENSURE) swift elf sysroot python
	@Cross/library $(HOST)
	@python3 -B Cross/interface.py $(HOST)
	@Cross/programs $(HOST)

# Most of a run is waiting: two side by side take little longer than one.
end-to-end: $(VENV)/ready producer library
	$(ENSURE) languages browser certificates network
	@mkdir -p build/results
	@$(MAKE) --no-print-directory -j2 --output-sync run-embedded run-ordinary

run-embedded:
	FOOTFALL_DEVICE=build/footfall $(PYTEST) -q Tests/EndToEnd \
	    --junitxml build/results/embedded.xml

run-ordinary:
	FOOTFALL_DEVICE=.build/debug/footfall $(PYTEST) -q Tests/EndToEnd \
	    -m "not centre and not patient and not memory" \
	    --junitxml build/results/ordinary.xml

results:
	@python3 -B Tests/Tools/results.py build/results $(RUNS)

check-results:
	@python3 -B Tests/Tools/results.py build/results $(CHECK_RUNS)

# One link takes one core: three builds side by side leave none idle.
cross:
	$(ENSURE) swift elf sysroot python
	@$(MAKE) --no-print-directory -j3 --output-sync $(ARCHES:%=cross-%)

$(ARCHES:%=cross-%): cross-%:
	@Cross/build $*
	@python3 -B Cross/examine.py $* build/$*/footfall

$(ARCHES:%=cross-checks-%): cross-checks-%: cross-%
	@Cross/build $* build/$* device-checks
	@Cross/build $* build/$* ring-producer
	@Cross/library $*
	@python3 -B Cross/interface.py $*
	@Cross/programs $*

$(ARCHES:%=reproduce-%): reproduce-%: cross-checks-%
	@Cross/reproduce $*

$(ARCHES:%=run-%): run-%:
	@Cross/test $*

# What takes its turn architecture by architecture, goes on side by side with the others.
test-cross: $(VENV)/ready collector
	$(ENSURE) swift elf sysroot python emulator archive manual certificates
	@mkdir -p build/results
	@$(MAKE) --no-print-directory -j3 --output-sync $(ARCHES:%=reproduce-%)
	$(PYTEST) -q Tests/Cross --junitxml build/results/cross.xml
	@$(MAKE) --no-print-directory -j2 --output-sync $(ARCHES:%=run-%)

bench: $(if $(filter sync%,$(BENCH)),bench-sync,bench-parts)

# CONTENDERS= names a folder with libraries of other queues, to be held against ours: ForeignQueue.
bench-parts: $(if $(filter-out store% blocks% identity%,$(or $(BENCH),all)),device collector) \
             $(if $(filter-out store% blocks% identity% ring%,$(or $(BENCH),all)),library)
	$(ENSURE) swift libraries $(if $(FOOTFALL_DATA),python)
	@$(BUILD) -c release --product bench >&2
	@$(BUILD) -c release --product ring-producer >&2
	@Tests/Benchmarks/run .build/release/bench $(BENCH) $(if $(filter json,$(FORMAT)),--json)

# BENCH_TOOLS= names a folder of load tools, FLUENT_BIT= an executable to be measured beside ours.
bench-sync: device collector
	$(ENSURE) python floor
	@Tests/Benchmarks/run Tests/Benchmarks/Sync/sync.py $(BENCH) \
	    $(if $(filter json,$(FORMAT)),--json) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	    $(if $(EVENTS),--events $(EVENTS)) $(if $(filter command,$(origin KILLS)),--kills $(KILLS)) \
	    $(if $(filter command,$(origin SECONDS)),--seconds $(SECONDS))

footprint: device
	$(ENSURE) python
	@python3 -B Tests/Tools/footprint.py build/footfall

simulation: $(VENV)/ready
	$(ENSURE) swift libraries
	$(BUILD) -c release --product simulate
	@mkdir -p build/results
	$(PYTEST) -q Tests/Simulation --junitxml build/results/simulation.xml

crash: $(VENV)/ready
	$(ENSURE) swift libraries
	$(BUILD) -c release --product ring-crash
	@mkdir -p build/results
	$(PYTEST) -q Tests/Crash --junitxml build/results/crash.xml

SEED := 1
STEPS := 20000
simulate:
	$(ENSURE) swift libraries
	$(BUILD) -c release --product simulate
	.build/release/simulate --seed $(SEED) $(if $(CUTS),--cuts $(CUTS),--steps $(STEPS))

# Two minutes: an instrumented build for each change that must be caught.
sanitize: $(VENV)/ready
	$(ENSURE) swift
	$(PYTEST) -q Tests/Sanitize

# New inputs gather in build/fuzz; `fuzz-blocks -merge=1 Tests/Fuzz/Corpus build/fuzz` keeps those
# that reach further. A finding is a file build/fuzz-*: mend, and put it into the corpus.
FUZZ := swift build -c release --product fuzz-blocks --scratch-path .build-fuzz \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
SECONDS := 60
fuzz:
	$(ENSURE) swift libraries
	FOOTFALL_FUZZ=1 $(FUZZ)
	@mkdir -p build/fuzz
	.build-fuzz/release/fuzz-blocks build/fuzz Tests/Fuzz/Corpus -max_total_time=$(SECONDS) \
	    -rss_limit_mb=512 -timeout=5 -max_len=4096 -artifact_prefix=build/fuzz-

# Producers and agents killed for a minute, each executable for itself.
storm: $(VENV)/ready device collector producer
	$(BUILD) --product footfall
	FOOTFALL_STORM_SECONDS=$(SECONDS) FOOTFALL_DEVICE=build/footfall \
	    $(PYTEST) -q -s Tests/EndToEnd/test_sharing.py -k storm
	FOOTFALL_STORM_SECONDS=$(SECONDS) FOOTFALL_DEVICE=.build/debug/footfall \
	    $(PYTEST) -q -s Tests/EndToEnd/test_sharing.py -k storm

KILLS := 1000
kill: $(VENV)/ready device collector
	FOOTFALL_KILLS=$(KILLS) $(PYTEST) -q -s Tests/EndToEnd/test_kill.py

EVENTS := $(if $(filter canary,$(MAKECMDGOALS)),50000)
canary: $(VENV)/ready device collector library
	FOOTFALL_CANARY_EVENTS=$(EVENTS) $(PYTEST) -q -s Tests/EndToEnd/test_canary.py

# A quarter of an hour, most of it in the agent's own deadlines; then bad networks by the relay,
# which stands in where namespaces are not permitted.
wire-faults: $(VENV)/ready device collector
	$(ENSURE) languages certificates network
	FOOTFALL_WIRE_FAULTS=1 $(PYTEST) -q -s Tests/EndToEnd/test_wire_boundaries.py \
	    Tests/EndToEnd/test_networks.py
	FOOTFALL_LINK=relay $(PYTEST) -q -s Tests/EndToEnd/test_networks.py

format:
	$(ENSURE) swift
	swift format -i -r Sources Tests Package.swift

$(VENV)/ready: Tests/EndToEnd/requirements.txt
	$(ENSURE) python
	@rm -rf $(VENV) && python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

clean:
	rm -rf build .build .build-embedded .build-cross .build-fuzz .build-tsan .build-asan

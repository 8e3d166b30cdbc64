"""Finding, choosing and refusing backends, with plugins made up here; no array library is needed."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pluggy
import pytest
import wengert
from wengert.backends import registry
from wengert.backends.devices import parse_device
from wengert.backends.registry import Registry
from wengert.protocol.backend import PROTOCOL_VERSION, Backend, BackendSpec
from wengert.protocol.errors import BackendError, NoBackendError

PLUGIN = """
from pluggy import HookimplMarker
from types import SimpleNamespace
from wengert.protocol.backend import Backend, BackendSpec

hookimpl = HookimplMarker("wengert")

def load():
    return Backend(name={name!r}, xp=SimpleNamespace(exp="slow"), array_type=object, dtypes={{}})

@hookimpl
def wengert_backend():
    return BackendSpec(name={name!r}, device_types=("cpu",), load=load, owns=lambda kind: False, priority={priority},
                       protocol_version={protocol}, version=lambda: "9.9")
"""


class Fruit:
    """An array type of nobody's."""


def spec_of(name, *, priority=0, devices=("cpu",), load=None, kinds=(), **more):
    def made():
        return Backend(name=name, xp=SimpleNamespace(), array_type=object, dtypes={}, devices=lambda: devices)

    types = tuple(dict.fromkeys(device.partition(":")[0] for device in devices))
    return BackendSpec(name, types, load or made, lambda kind: kind in kinds, priority, **more)


@pytest.fixture(autouse=True)
def _no_choice_from_outside(monkeypatch):
    monkeypatch.delenv("WENGERT_BACKEND", raising=False)
    monkeypatch.setenv("WENGERT_DISABLE_BACKENDS", "numpy, torch, cupy")  # what is installed here is of no matter


@pytest.fixture
def bare(monkeypatch):
    """A registry that finds no entry points."""
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **asked: ())
    return Registry()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that installs a plugin module with an entry point, and returns nothing."""
    monkeypatch.syspath_prepend(tmp_path)

    def installed(name, source, module=None):
        module = module or f"plugin_{name.replace('.', '_').replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(source)
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[wengert]\n{name} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return installed


def plugin_source(name, priority=-100, protocol=PROTOCOL_VERSION):
    return PLUGIN.format(name=name, priority=priority, protocol=protocol)


# importing


def run_without_plugins(code, tmp_path):
    """Run code in an interpreter that sees only the standard library, pluggy and the core."""
    link = tmp_path / "pluggy"
    link.symlink_to(Path(pluggy.__file__).parent, target_is_directory=True)
    core = Path(wengert.__file__).parent.parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENGERT_")}
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(core)])
    done = subprocess.run([sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_registry_loads_neither_pluggy_nor_metadata(tmp_path):
    code = """
import sys, wengert.backends.registry
print([name for name in ("pluggy", "importlib.metadata") if name in sys.modules])
"""
    assert run_without_plugins(code, tmp_path) == "[]\n"


def test_without_a_backend_the_command_is_told(tmp_path):
    code = """
from wengert.backends.registry import default_backend, get_backend
try:
    default_backend()
except ImportError as error:
    print(type(error).__name__, error)
try:
    get_backend("numpy")
except RuntimeError as error:
    print(error)
"""
    told = run_without_plugins(code, tmp_path).splitlines()
    assert told == [
        'NoBackendError no array backend is installed; install the default one with: pip install "wengert[numpy]"',
        "unknown backend 'numpy'; installed are: none.",
    ]


# one backend by name


def test_a_named_backend_is_loaded_alone_and_once(install):
    install("alone", plugin_source("alone"))
    install("other", "raise SystemError('must not be imported')")
    found = Registry()
    assert found.get_backend("alone") is found.get_backend("alone")
    assert "plugin_other" not in sys.modules


def test_an_unknown_backend_names_the_installed_ones(bare):
    bare.register(spec_of("apple"))
    bare.register(spec_of("pear"))
    with pytest.raises(BackendError, match="unknown backend 'plum'; installed are: 'apple', 'pear'"):
        bare.get_backend("plum")


def test_a_plugin_that_fails_to_import_tells_why_and_breaks_no_other(install):
    install("broken", "import a_module_that_is_not_there")
    install("whole", plugin_source("whole"))
    found = Registry()
    with pytest.raises(
        BackendError, match=r"'broken' is broken: .* No module named 'a_module_that_is_not_there'"
    ) as caught:
        found.get_backend("broken")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    states = {state.name: state for state in found.states()}
    assert states["broken"].state == "broken"
    assert "a_module_that_is_not_there" in states["broken"].reason
    assert (states["whole"].state, states["whole"].version, states["whole"].devices) == ("available", "9.9", ("cpu",))


def test_another_protocol_version_names_both(bare):
    bare.register(spec_of("future", protocol_version=PROTOCOL_VERSION + 1))
    with pytest.raises(
        BackendError,
        match=f"'future' follows version {PROTOCOL_VERSION + 1} .* this wengert version {PROTOCOL_VERSION}",
    ):
        bare.get_backend("future")
    assert bare.states()[0].state == "broken"


def test_what_is_no_spec_is_told(bare):
    bare.register(SimpleNamespace(name="odd", protocol_version=PROTOCOL_VERSION))
    with pytest.raises(BackendError, match=r"'odd' is broken: wengert_backend returned .* expected a BackendSpec"):
        bare.get_backend("odd")


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (
            ModuleNotFoundError("No module named 'lib'"),
            "unavailable",
            r"No module named 'lib'; install it with: pip lib",
        ),
        (RuntimeError("no GPU"), "unavailable", "RuntimeError: no GPU"),
        (ZeroDivisionError("oops"), "broken", "ZeroDivisionError: oops"),
    ],
)
def test_a_load_that_fails_tells_its_reason_and_is_tried_again(bare, error, state, words):
    outcomes = [error, error]

    def load():
        if outcomes:
            raise outcomes.pop()
        return spec_of("later").load()

    bare.register(spec_of("later", load=load, install="pip lib"))
    with pytest.raises(BackendError, match=f"'later' is {state}: .*{words}"):
        bare.get_backend("later")
    told = bare.states()[0]
    assert told.state == state
    assert told.reason.endswith(words)
    assert bare.get_backend("later").name == "later"


def test_disabled_backends_are_blocked(install, monkeypatch):
    install("hidden", plugin_source("hidden", priority=10**6))
    monkeypatch.setenv("WENGERT_DISABLE_BACKENDS", "hidden, elsewhere")
    found = Registry()
    with pytest.raises(BackendError, match="'hidden' is blocked by WENGERT_DISABLE_BACKENDS"):
        found.get_backend("hidden")
    assert {s.name: s.state for s in found.states()}["hidden"] == "blocked"
    assert "plugin_hidden" not in sys.modules


# the default, and use_backend


def test_the_default_is_the_cpu_backend_of_highest_priority_that_loads(bare):
    def fail():
        raise ImportError("not today")

    bare.register(spec_of("low"))
    bare.register(spec_of("high", priority=5))
    bare.register(spec_of("highest", priority=9, load=fail))
    bare.register(spec_of("gpu", priority=20, devices=("cuda:0",)))
    assert bare.default_backend().name == "high"


def test_the_default_fails_with_all_reasons(bare):
    def fail():
        raise ImportError("not today")

    bare.register(spec_of("only", load=fail))
    with pytest.raises(NoBackendError, match=r"not today.*pip install \"wengert\[numpy\]\""):
        bare.default_backend()


def test_the_environment_names_the_default(bare, monkeypatch):
    bare.register(spec_of("low"))
    bare.register(spec_of("high", priority=5))
    monkeypatch.setenv("WENGERT_BACKEND", "low")
    assert bare.default_backend().name == "low"


@pytest.fixture
def fruits():
    """Two backends in the registry of the process, by hand."""
    registry.register(spec_of("apple", kinds=(Fruit,), priority=-50))
    registry.register(spec_of("pear", devices=("cpu", "grill:0", "grill:1"), priority=-60))
    yield
    registry.unregister("apple")
    registry.unregister("pear")


@pytest.mark.usefixtures("fruits")
def test_use_backend_nests_and_restores():
    with registry.use_backend("apple") as apple:
        assert registry.default_backend() is apple
        with registry.use_backend("pear") as pear:
            assert registry.resolve() == (pear, "cpu")
        assert registry.default_backend() is apple
        with pytest.raises(BackendError, match="unknown backend 'plum'"), registry.use_backend("plum"):
            pass
        assert registry.default_backend() is apple


@pytest.mark.usefixtures("fruits")
def test_use_backend_belongs_to_its_thread():
    seen = []
    with registry.use_backend("apple"):
        thread = threading.Thread(target=lambda: seen.append(registry._chosen.get()))
        thread.start()
        thread.join()
    assert seen == [None]


# devices


@pytest.mark.usefixtures("fruits")
def test_resolve_a_device():
    pear = registry.get_backend("pear")
    with registry.use_backend("apple") as apple:
        assert registry.resolve("cpu") == (apple, "cpu")
        assert registry.resolve("cpu:0") == (apple, "cpu")
        assert registry.resolve("grill") == (pear, "grill:0")
        assert registry.resolve("grill:1") == (pear, "grill:1")
        assert registry.resolve("grill:1", "pear") == (pear, "grill:1")
        with pytest.raises(RuntimeError, match=r"device 'grill:7' is absent. .*'pear' has only cpu, grill:0, grill:1"):
            registry.resolve("grill:7")
        with pytest.raises(RuntimeError, match=r"backend 'apple' has no device 'grill', only cpu; .* backend 'pear'"):
            registry.resolve("grill", "apple")
    assert registry.resolve(None, "pear") == (pear, "cpu")


def test_an_absent_device_tells_why(bare):
    def fail():
        raise RuntimeError("no GPU here")

    bare.register(spec_of("host"))
    bare.register(spec_of("gpu", devices=("cuda:0",), load=fail))
    with pytest.raises(
        RuntimeError, match=r"device 'cuda' is absent. .*'gpu' is unavailable: RuntimeError: no GPU here"
    ):
        bare.resolve("cuda", bare.default_backend())


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("", "Device string must not be empty"),
        ("foo", "Expected one of cpu, cuda, grill device type at start of device string: foo"),
        ("CPU", "Expected one of cpu, cuda, grill device type at start of device string: CPU"),
        ("cuda:x", "Invalid device string: 'cuda:x'"),
        ("cuda:-1", "Invalid device string: 'cuda:-1'"),
        ("cpu:01", "Invalid device string: 'cpu:01'"),
        ("cpu:", "Invalid device string: 'cpu:'"),
    ],
)
def test_bad_device_strings_have_torchs_words(device, words):
    with pytest.raises(RuntimeError, match=words):
        parse_device(device, ("grill",))


# arrays


@pytest.mark.usefixtures("fruits")
def test_backend_of_an_array():
    assert registry.backend_of(Fruit()) is registry.get_backend("apple")
    assert registry.backend_of([1]) is None
    assert registry.backend_of(SimpleNamespace()) is None


def test_backend_of_survives_a_plugin_that_fails(bare):
    def fail(kind):
        raise ValueError("what is this")

    bare.register(BackendSpec("bad", ("cpu",), spec_of("bad").load, fail, 9))
    bare.register(spec_of("good", kinds=(Fruit,)))
    assert bare.backend_of(Fruit()).name == "good"
    bare.unregister("good")
    assert bare.backend_of(Fruit()) is None


def test_the_first_question_from_many_threads_loads_once(bare):
    loads, found = [], []

    def load():
        loads.append(1)
        return spec_of("slow").load()

    bare.register(spec_of("slow", load=load, kinds=(Fruit,)))
    barrier = threading.Barrier(8)

    def ask():
        barrier.wait()
        found.append(bare.backend_of(Fruit()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len({id(backend) for backend in found}) == 1


def test_registering_again_replaces(bare):
    bare.register(spec_of("twice", devices=("cpu",)))
    first = bare.get_backend("twice")
    bare.register(spec_of("twice", devices=("cpu", "grill:0")))
    assert bare.get_backend("twice") is not first
    assert bare.get_backend("twice").devices() == ("cpu", "grill:0")


# the other hooks

KERNELS = """
from pluggy import HookimplMarker
hookimpl = HookimplMarker("wengert")

@hookimpl
def wengert_kernels(backend):
    return {kernels!r}

@hookimpl
def wengert_scenarios():
    return ["a case"]

@hookimpl
def wengert_doctor():
    return ["a line"]
"""


def test_kernels_are_replaced_when_the_backend_loads(install):
    install("quick", plugin_source("quick"))
    install("quick.numba", KERNELS.format(kernels={"exp": "fast"}))
    install("quick.wrong", KERNELS.format(kernels={"no_such_kernel": "fast"}))
    found = Registry()
    assert found.get_backend("quick").xp.exp == "fast"
    assert not hasattr(found.get_backend("quick").xp, "no_such_kernel")
    assert "quick.numba" not in {state.name for state in found.states()}
    assert "a case" in found.answers("wengert_scenarios")
    lines = found.answers("wengert_doctor")
    assert "a line" in lines
    assert any(line.startswith("kernels of 'quick.wrong' for 'quick': AttributeError") for line in lines)


def test_a_plugin_without_a_backend_is_no_state(install):
    install("operations", KERNELS.format(kernels={}))
    found = Registry()
    assert "operations" not in {state.name for state in found.states()}
    with pytest.raises(BackendError, match="plugin 'operations' brings no backend"):
        found.get_backend("operations")


# python -m wengert


def command(install, *arguments):
    install("shown", plugin_source("shown"))
    install("shy", "raise ImportError('a reason')")
    environment = {**os.environ, "PYTHONPATH": sys.path[0]}
    done = subprocess.run(
        [sys.executable, "-m", "wengert", *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_shows_versions_backends_and_reasons(install):
    out = command(install)
    assert f"wengert   {wengert.__version__}\n" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["shown", "9.9", str(PROTOCOL_VERSION), "available", "cpu"] in rows
    assert any(row[:4] == ["shy", "-", "-", "broken"] and row[-2:] == ["a", "reason"] for row in rows)


def test_the_command_prints_json(install):
    report = json.loads(command(install, "--json"))
    assert report["wengert"] == wengert.__version__
    assert report["protocol"] == PROTOCOL_VERSION
    assert {"name", "version", "protocol", "devices", "state", "reason"} == set(report["backends"][0])


def test_the_command_for_backends_alone_prints_json(install):
    found = {state["name"]: state for state in json.loads(command(install, "backends", "--json"))}
    assert (found["shown"]["state"], found["shown"]["devices"]) == ("available", ["cpu"])
    assert found["shy"]["state"] == "broken"

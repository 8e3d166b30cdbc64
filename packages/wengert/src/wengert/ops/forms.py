"""Floor 6: the forms in which the public modules give functions out.

Methods, operators and the functions among themselves use the plain ones. A public form looks at the classes of its
arguments first, and refuses in torch's words what the annotations do not allow; where torch has it, it takes `out=`.
It is written out from the signature at its first call. What an annotation leaves open (`Any`), the function looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from wengert.ops.out import computed_into
from wengert.rule.signature import names_of, parameters_of
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import concrete_classes
from wengert.tensor.operands import NUMBERS, raise_combination, raise_not_tensor
from wengert.tensor.operation import is_declared, with_out
from wengert.tensor.written import written_at_first_call

Function = Callable[..., Any]
_OPS, _METHODS = "wengert.ops.", "wengert.Tensor"
#: What torch's messages put before the names of a module's functions.
_PREFIXES = {"wengert.fft": "fft_", "wengert.linalg": "linalg_", "wengert.special": "special_"}


#: Parameters whose arguments torch asks for their truth alone, whatever they are.
_LEFT_OPEN = frozenset(
    (
        *("M", "add_zero_attn", "full", "get_infos", "inplace", "recompute_scale_factor", "return_indices", "sym"),
        "use_separate_proj_weight",
    )
)


class Word:
    """A word of an annotation: what torch calls it, the classes that need no second look, and that look."""

    __slots__ = ("classes", "fits", "spoken")

    def __init__(self, spoken: str, classes: tuple[type, ...], fits: Callable[[Any], Any]) -> None:
        self.spoken, self.classes, self.fits = spoken, classes, fits


def _is_whole(value: Any) -> bool:
    if isinstance(value, Tensor):
        return not value.shape and value.space.dtype.category == 1
    return hasattr(value, "__index__") and not _is_bool(value)


def _is_real(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, Tensor)


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return not value.shape
    return isinstance(value, NUMBERS) or hasattr(value, "__float__") or hasattr(value, "__complex__")


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # NumPy's own


def _may_be_sizes(value: Any) -> bool:
    return not isinstance(value, (str, bool, float, complex, dict))


_SIZES = Word("tuple of ints", (int, tuple, list), _may_be_sizes)
_NONE = Word("None", (type(None),), lambda value: value is None)
_NUMBER = Word("Number", NUMBERS, _is_number)
_TENSOR = Word("Tensor", (), lambda value: isinstance(value, Tensor))
_WORDS = {
    "Tensor": _TENSOR,
    "AnyTensor": _TENSOR,
    "int": Word("int", (int,), _is_whole),
    "float": Word("float", (float, int), _is_real),
    "bool": Word("bool", (bool,), _is_bool),
    "str": Word("str", (str,), lambda value: isinstance(value, str)),
    "None": _NONE,
    "Number": _NUMBER,
    "Sequence[int]": _SIZES,
    "Sizes": _SIZES,
    "Dims": _SIZES,
}


class Asked:
    """What a parameter asks of its argument: it fits one of `words`."""

    __slots__ = ("name", "position", "words")

    def __init__(self, name: str, position: int | None, words: tuple[Word, ...]) -> None:
        self.name, self.position, self.words = name, position, words

    def fits(self, value: Any) -> bool:
        return any(type(value) in word.classes or word.fits(value) for word in self.words)


def public_forms(scope: dict[str, Any], takes_out: str = "") -> dict[str, Function]:
    """The public forms of the functions in a module's `scope`; `takes_out` names those with `out=`."""
    form = public_form(scope["__name__"], takes_out)
    return {
        name: form(name, found)
        for name, found in scope.items()
        if found.__class__ is FunctionType and found.__module__.startswith(_OPS) and found.__module__ != __name__
    }


def check_methods(cls: type, hot: frozenset[str]) -> None:
    """Put public forms in the place of the plain functions that are methods of `cls` and of the classes it is made of,
    but for those that are called so often that a look at their arguments would be felt: `hot`, and what is declared."""
    for base in cls.__mro__:
        if base.__module__.startswith(_OPS):
            for name, found in list(vars(base).items()):
                is_plain = found.__class__ is FunctionType and found.__module__.startswith(_OPS)
                if is_plain and not (name.startswith("_") or name in hot or is_declared(found)):
                    setattr(base, name, _form(name, found, _METHODS))


def public_form(module: str, takes_out: str = "") -> Callable[[str, Any], Any]:
    """What makes the public form of a function that `module` gives out under a name."""
    names = frozenset(takes_out.split())

    def form(name: str, plain: Any) -> Any:
        if plain.__class__ is not FunctionType:
            return plain
        if name not in names:
            return plain if is_declared(plain) else _form(name, plain, module)

        def into(out: Any, arguments: tuple[Any, ...]) -> Any:
            return computed_into(out, plain, arguments, {})

        recorded: Any = with_out(plain, into)
        if recorded is None:
            return _form(name, plain, module, takes_out=True)
        recorded.__wrapped__ = plain
        return recorded

    return form


def _asked(plain: Function, first: int) -> list[Asked]:
    """What the parameters of a function ask, those of whose annotations each word is known; positions count from
    `first`."""
    parameters = parameters_of(plain)
    unread = _LEFT_OPEN | {"return", "out", parameters.variadic}
    found: list[Asked] = []
    for name, annotation in plain.__annotations__.items():
        words = tuple([_WORDS[word] for word in annotation.split(" | ") if word in _WORDS])
        if name in unread or name.startswith("_") or len(words) <= annotation.count(" | "):
            continue
        if name == "requires_grad" or (name in parameters.defaults and parameters.defaults[name] is None):
            words = (*words, _NONE)
        is_given = name in parameters.positional and name not in parameters.defaults
        found.append(Asked(name, parameters.positional.index(name) + first if is_given else None, words))
    return found


def _form(name: str, plain: FunctionType, module: str, takes_out: bool = False) -> Function:
    python: Any = written_at_first_call(name, module, _source, plain=plain, takes_out=takes_out)
    python.__doc__, python.__wrapped__ = plain.__doc__, plain
    python.__defaults__, python.__kwdefaults__ = plain.__defaults__, plain.__kwdefaults__
    if takes_out and "out" not in names_of(plain):
        python.__kwdefaults__ = {**(plain.__kwdefaults__ or {}), "out": None}
    return python


def _source(environment: dict[str, Any]) -> str:
    """The text of the form; what it names goes into `environment`."""
    plain, takes_out, name = environment["plain"], environment["takes_out"], environment["itself"].__name__
    environment |= {"computed_into": computed_into}
    parameters, keywords = parameters_of(plain), keywords_of(plain)
    positional, only, variadic = parameters.positional, parameters.keyword_only, parameters.variadic
    rest = [f"*{variadic}"] if variadic else []
    more = [f"**{keywords}"] if keywords else []
    adds_out = takes_out and "out" not in parameters.names
    star = [] if rest or not (only or adds_out) else ["*"]
    heading = ", ".join([*positional, *rest, *star, *only, *(["out"] if adds_out else []), *more])
    lines = [f"def {name}({heading}):"]
    asked = _asked(plain, 0 if environment["__name__"] == _METHODS else 1)
    if asked:
        spoken = f"{_PREFIXES.get(environment['__name__'], '')}{name}"
        environment |= {"refuse": _refusal(spoken, asked, parameters.defaults)}
        tests = [_test(ask, environment) for ask in asked]
        lines.append(f"    if {' or '.join(tests)}: refuse({', '.join(ask.name for ask in asked)})")
    passed = ", ".join([*positional, *rest, *[f"{word}={word}" for word in only], *more])
    if takes_out:
        named_too = [positional.index(word) for word in ("dtype", "out") if word in positional and not rest]
        first, only = min(named_too, default=len(positional)), [word for word in only if word != "out"]
        by_name = [word for word in [*positional[first:], *only] if word != "out"]
        arguments = "".join([f"{part}, " for part in [*positional[:first], *rest]])
        named = ", ".join([*[f"{word!r}: {word}" for word in by_name], *more])
        lines.append(f"    if out is not None: return computed_into(out, plain, ({arguments}), {{{named}}})")
    return "\n".join([*lines, f"    return plain({passed})", ""])


def keywords_of(plain: Any) -> str | None:
    """The name of the parameter that takes all other keywords, if there is one."""
    code = plain.__code__
    place = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x04)
    return code.co_varnames[place] if code.co_flags & 0x08 else None


def _test(ask: Asked, environment: dict[str, Any]) -> str:
    """An expression that is false for the common classes of an argument that fits."""
    name, classes = ask.name, [kind for word in ask.words for kind in word.classes if kind is not type(None)]
    tests = [f"{name} is not None"] if _NONE in ask.words else []
    if _TENSOR in ask.words:
        environment |= {"classes": concrete_classes()}
        tests.append(f"type({name}) not in classes")
    if classes == [bool]:
        tests.append(f"{name} is not False and {name} is not True")
    else:
        environment |= {kind.__name__ + "_": kind for kind in classes}
        tests += [f"type({name}) is not {kind.__name__}_" for kind in classes]
    return f"({' and '.join(tests)})"


def _refusal(name: str, asked: list[Asked], defaults: dict[str, Any]) -> Callable[..., None]:
    unions = [len(set(ask.words) - {_NONE}) > 1 for ask in asked]

    def refuse(*arguments: Any) -> None:
        """TypeError for the first argument that fits no word of its parameter, if there is one."""
        for ask, argument, union in zip(asked, arguments, unions, strict=True):
            if ask.fits(argument):
                continue
            if any(unions) and not (unions[0] and union):  # where numbers may be tensors there is one signature
                given = [
                    value
                    for ask, value in zip(asked, arguments, strict=True)
                    if ask.name not in defaults or value is not defaults[ask.name]
                ]
                raise_combination(name, *given)
            word = ask.words[0].spoken
            if word == "Tensor":
                raise_not_tensor(name, ask.name, argument, ask.position)
            place = "" if ask.position is None else f" (position {ask.position})"
            raise TypeError(f"{name}(): argument {ask.name!r}{place} must be {word}, not {type(argument).__name__}.")

    return refuse


__all__ = ["check_methods", "public_form", "public_forms"]

"""Chat templates: as transformers renders them, and what a hostile one can do."""

import hashlib
import time

import pytest

from auditor.backends.chat_template import ChatForm, chat_form
from auditor.errors import ModelNotLoaded
from tests.backends.tiny_checkpoint import train_tokenizer

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TYPICAL = {
    "chatml": CHATML,
    "llama-2": (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "{{ bos_token }}{% for message in messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('roles must alternate') }}{% endif %}"
        "{{ '[INST] ' + message['content'].strip() + ' [/INST]' }}{% endfor %}"
    ),
    "blocks on lines of their own": (
        "{%- for message in messages %}\n    {% if loop.first %}\n{{- bos_token -}}\n{% endif %}\n"
        "    <turn>{{ message.content | trim }}{{ eos_token }}\n{% endfor %}\n"
        "{% if add_generation_prompt and not tools %}\n<turn>model\n{% endif %}"
    ),
    "namespace, break, json": (
        "{% set ns = namespace(n=0) %}{% for c in range(10) %}{% if c > 3 %}{% break %}{% endif %}"
        "{% set ns.n = ns.n + c %}{% endfor %}{{ ns.n }}{{ messages | tojson }}"
        "{{ messages[0] | tojson(indent=2) }}<é>"
    ),
    "generation mark": (
        "{% for m in messages %}{{ m.content }}{% endfor %}"
        "{% generation %}answer{% endgeneration %}{{ '~' ~ 'end' }}"
    ),
    "macro": (
        "{% macro turn(m, i) %}<{{ i }}{{ m.role | upper }}>{{ m.content }}{% endmacro %}"
        "{% for m in messages %}{{ turn(m, loop.index) }}{{ loop.last }}{% endfor %}"
    ),
}
ENDLESS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "long range": "{% for a in range(10 ** 9) %}{% endfor %}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "branching recursion": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}"
    ),
    "doubling": (
        "{% set ns = namespace(x='aa') %}"
        "{% for i in range(200) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
    ),
    "adding": (
        "{% set ns = namespace(x='aa') %}"
        "{% for i in range(200) %}{% set ns.x = ns.x + ns.x %}{% endfor %}"
    ),
    "product": "{{ 'a' * 99999999999 }}",
    "power": "{{ 9 ** 9 ** 9 ** 9 }}",
    "padding": "{{ 'a' | center(5000000) }}",
    "output": "{% for a in range(99999) %}{{ 'a' * 100 }}{% endfor %}",
}
HOSTILE = {
    "classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "globals": "{{ cycler.__init__.__globals__.os.system('true') }}",
    "own frame": "{{ self.__init__.__globals__ }}",
    "import": "{% import 'os' as os %}{{ os }}",
    "change": "{{ messages.append(1) }}",
    "format": "{{ '{0.__class__}'.format(1) }}{{ messages[0].content.no.no }}",
}


def form_of(template: str | None, date: str = "2025-01-31") -> ChatForm:
    return chat_form(template, bos_token="<|endoftext|>", eos_token="<|im_end|>", date=date)


@pytest.mark.parametrize("template", TYPICAL.values(), ids=TYPICAL.keys())
def test_it_renders_as_transformers_does(template: str) -> None:
    text = 'Which is "heavier": <gold> & ünder\n {{ feathers }}? '
    expected = train_tokenizer(template).apply_chat_template(
        [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
    )
    assert form_of(template).render(text) == expected


def test_the_form_knows_its_template() -> None:
    form = form_of(CHATML)
    assert form.sha256 == hashlib.sha256(CHATML.encode()).hexdigest()
    assert not form.is_plain
    assert not form.adds_special_tokens
    assert form.join("white") == "white"


@pytest.mark.parametrize("template", [None, "", " \n"])
def test_without_a_template_the_plain_form_is_used(template: str | None) -> None:
    form = form_of(template)
    assert form.render("Is {text} one?") == "Is {text} one?\nAnswer:"
    assert form.join("white") == " white"
    assert form.is_plain
    assert form.adds_special_tokens
    assert form.sha256 is None


def test_a_date_is_the_one_given_and_not_the_clocks() -> None:
    form = form_of("{{ strftime_now('%d %b %Y') }}: {{ messages[0].content }}")
    assert form.render("x") == "31 Jan 2025: x"


def test_a_template_that_wants_the_message_in_parts_gets_it_so() -> None:
    form = form_of("{% for p in messages[0]['content'] %}[{{ p['text'] }}]{% endfor %}")
    assert form.render("a question") == "[a question]"


@pytest.mark.parametrize("template", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_template_that_does_not_end_is_refused_soon(template: str) -> None:
    start = time.monotonic()
    with pytest.raises(ModelNotLoaded, match="chat template cannot be used"):
        form_of(template + "{{ messages[0].content }}")
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_template_is_refused(template: str) -> None:
    with pytest.raises(ModelNotLoaded, match="chat template cannot be used") as caught:
        form_of(template + "{{ messages[0].content }}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "template", ["{% if %}", "{{ messages[0] ", "{{ raise_exception('only\n with images') }}"]
)
def test_a_faulty_template_gives_one_sentence(template: str) -> None:
    with pytest.raises(ModelNotLoaded, match=r"cannot be used \(.+\); correct the template") as one:
        form_of(template)
    assert "\n" not in str(one.value)


@pytest.mark.parametrize(
    "template", ["Hello!", "{{ messages[0].contents }}", "{{ messages | length }}"]
)
def test_a_template_that_drops_the_question_is_refused(template: str) -> None:
    with pytest.raises(ModelNotLoaded, match="leaves out the user's message"):
        form_of(template)


def test_a_template_that_fails_only_on_some_text_still_gives_one_sentence() -> None:
    form = form_of(
        "{% if 'bad' in messages[0].content %}{{ raise_exception('refused') }}{% endif %}"
        "{{ messages[0].content }}"
    )
    assert form.render("good") == "good"
    with pytest.raises(ModelNotLoaded, match="refused"):
        form.render("bad")


def test_counting_starts_anew_for_every_text() -> None:
    form = form_of("{% for i in range(40000) %}{% endfor %}{{ messages[0].content }}")
    assert [form.render(str(n)) for n in range(4)] == ["0", "1", "2", "3"]

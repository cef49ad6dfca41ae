/* output: the values that the root module gives. */
#include "command.h"

#include "pipectl/render/plan_json.h"
#include "pipectl/render/plan_text.h"
#include "pipectl/value/json.h"

static const Option options[] = {
    { "json", OPTION_FLAG, NULL, "As JSON, for programs; sensitive values too." },
    { "raw", OPTION_FLAG, NULL, "One string, number or bool as plain text, without a newline." },
    { "state", OPTION_TEXT, "path", "The state file (default terraform.tfstate)." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static int no_outputs(Session *session)
{
    diag_warning(
        &session->diags, RANGE_NONE, "No outputs found",
        "The state file either has no outputs defined, or all the defined outputs are "
        "empty. Please define an output in your configuration with the `output` keyword "
        "and run `pipectl refresh` for it to become available. If you are using "
        "interpolation, please verify the interpolated value is not empty. You can use the "
        "`pipectl console` command to assist.");
    return session_end(session, 0);
}

static bool print_raw(Session *session, const StateOutput *output)
{
    Value text;
    Text why;

    if (value_is_null(output->value) ||
        !value_convert(session->arena, output->value, type_string, &text, &why)) {
        diag_error(&session->diags, RANGE_NONE, "Unsupported value for raw output",
                   "The -raw option only supports strings, numbers and booleans, and the value of "
                   "\"" TEXT_FMT "\" is " TEXT_FMT ". Use -json instead.",
                   TEXT(output->name),
                   TEXT(value_is_null(output->value)
                            ? TEXT_LIT("null")
                            : type_friendly(session->arena, output->value.type)));
        return false;
    }
    terminal_write(&session->out, value_text(text));
    return true;
}

static int print_one(Session *session, const State *state, Text name)
{
    const StateOutput *output = state_output(state, name);

    if (!output) {
        diag_error(&session->diags, RANGE_NONE,
                   text_cstring(session->arena,
                                text_format(session->arena, "Output \"" TEXT_FMT "\" not found",
                                            TEXT(name))),
                   "The output variable requested could not be found in the state. If it was added "
                   "to the configuration, apply it first.");
        return session_end(session, 1);
    }
    if (options_flag(&session->options, "raw", false))
        return session_end(session, print_raw(session, output) ? 0 : 1);
    if (options_flag(&session->options, "json", false))
        terminal_print(&session->out, TEXT_FMT "\n",
                       TEXT(json_text(session->arena, output->value)));
    else
        value_print(output->value, &session->out, session->arena);
    return session_end(session, 0);
}

static bool arguments_fit(Session *session)
{
    bool raw = options_flag(&session->options, "raw", false);

    if (session->options.arguments.count > 1)
        diag_error(&session->diags, RANGE_NONE, "Unexpected argument",
                   "The output command takes at most one argument: the name of an output. Flags "
                   "stand before it.");
    else if (raw && session->options.arguments.count == 0)
        diag_error(&session->diags, RANGE_NONE, "Output name required",
                   "You must give the name of a single output value when using the -raw option.");
    else if (raw && options_flag(&session->options, "json", false))
        diag_error(&session->diags, RANGE_NONE, "Invalid output format",
                   "The -raw and -json options are mutually exclusive.");
    return !diags_have_errors(&session->diags);
}

static int run(Session *session)
{
    State *state = arguments_fit(session) ? session_state(session) : NULL;

    if (!state)
        return session_end(session, 1);
    if (state->outputs.count == 0 &&
        (session->options.arguments.count > 0 || !options_flag(&session->options, "json", false)))
        return no_outputs(session);
    if (session->options.arguments.count == 1)
        return print_one(session, state, session->options.arguments.items[0]);
    if (options_flag(&session->options, "json", false))
        terminal_print(&session->out, TEXT_FMT "\n", TEXT(outputs_json(session->arena, state)));
    else
        outputs_print(state, &session->out, session->arena);
    return session_end(session, 0);
}

const Command command_output = {
    .name = "output",
    .usage = "[options] [NAME]",
    .summary = "Show output values from your root module",
    .about = "All outputs, or the one that is named.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .most_arguments = SIZE_MAX,
    .run = run,
};

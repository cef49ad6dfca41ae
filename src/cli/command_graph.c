/* graph: what the resources need of each other. */
#include "command.h"

#include "pipectl/render/configuration.h"

static const Option options[] = {
    { "type", OPTION_TEXT, "kind",
      "Not supported: only the resources of the configuration are drawn." },
    { "plan", OPTION_TEXT, "path", "Not supported, likewise." },
    { "draw-cycles", OPTION_FLAG, NULL, "Accepted: a cycle is an error that names its members." },
    { NULL, OPTION_FLAG, NULL, NULL },
};

static const Option *const tables[] = { options, options_common };

static void refuse_kind(Session *session, const char *option)
{
    if (options_text(&session->options, option).length > 0)
        diag_error(&session->diags, RANGE_NONE, "Unsupported graph type",
                   "The option -%s asks for the graph that Terraform walks inside, which pipectl "
                   "does not have: its own is made of the blocks of the configuration. Without the "
                   "option the resources and what they need are drawn.",
                   option);
}

static int run(Session *session)
{
    ResourceGraph graph;

    refuse_kind(session, "type");
    refuse_kind(session, "plan");
    if (diags_have_errors(&session->diags) || !session_load(session, TEXT_LIT("."), false))
        return session_end(session, 1);
    graph = resource_graph_make(session->arena, session->root, &session->diags);
    if (!diags_have_errors(&session->diags))
        terminal_write(&session->out, graph_dot(session->arena, &graph));
    return session_end(session, 0);
}

const Command command_graph = {
    .name = "graph",
    .usage = "[options]",
    .summary = "Draw the dependencies of the resources",
    .about = "Prints the resources and what they need of each other in the language of Graphviz: "
             "`pipectl graph | dot -Tsvg > graph.svg`.",
    .options = tables,
    .option_count = sizeof tables / sizeof *tables,
    .run = run,
};

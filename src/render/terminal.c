/*
 * The only file that writes escape sequences. All that this program ever writes:
 *
 *   ESC [ 0 m    plain again        ESC [ 1 m    bold          ESC [ 2 m    dim
 *   ESC [ 31 m   red                ESC [ 32 m   green         ESC [ 33 m   yellow
 *   ESC [ 36 m   cyan
 */
#include "pipectl/render/terminal.h"

#include "pipectl/value/unicode.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

Terminal terminal_open(int descriptor, bool no_color)
{
    Terminal terminal = {
        .descriptor = descriptor, .is_terminal = isatty(descriptor) == 1, .width = 78};
    const char *no_color_variable = getenv("NO_COLOR");
    struct winsize size;

    terminal.color =
        terminal.is_terminal && !no_color && !(no_color_variable && *no_color_variable);
    if (terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        terminal.width = size.ws_col;
    return terminal;
}

/* A pipe that somebody has made non-blocking is waited for; anything else ends the writing. */
static bool can_write_again(const Terminal *terminal)
{
    struct pollfd polled = { .fd = terminal->descriptor, .events = POLLOUT };

    if (errno == EAGAIN)
        return poll(&polled, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

void terminal_write(Terminal *terminal, Text text)
{
    size_t done = 0;

    while (done < text.length && !terminal->failed) {
        ssize_t written = write(terminal->descriptor, text.bytes + done, text.length - done);

        if (written > 0)
            done += (size_t)written;
        else if (!can_write_again(terminal))
            terminal->failed = errno;
    }
}

void terminal_print(Terminal *terminal, const char *format, ...)
{
    Arena scratch = { 0 };
    va_list arguments;

    va_start(arguments, format);
    terminal_write(terminal, text_format_list(&scratch, format, arguments));
    va_end(arguments);
    arena_free(&scratch);
}

void terminal_style(const Terminal *terminal, TextBuilder *builder, Style style)
{
    static const char *const sequences[] = {
        [STYLE_PLAIN] = "\033[0m", [STYLE_BOLD] = "\033[1m",   [STYLE_DIM] = "\033[2m",
        [STYLE_RED] = "\033[31m",  [STYLE_GREEN] = "\033[32m", [STYLE_YELLOW] = "\033[33m",
        [STYLE_CYAN] = "\033[36m",
    };

    if (terminal->color)
        text_add(builder, text_of(sequences[style]));
}

void terminal_add_foreign(TextBuilder *builder, Text text)
{
    uint32_t code_point;

    for (size_t at = 0; at < text.length;) {
        size_t next = unicode_next(text, at, &code_point);
        bool is_control = (code_point < 0x20 && code_point != '\n' && code_point != '\t') ||
                          (code_point >= 0x7f && code_point < 0xa0);

        if (is_control)
            text_add_format(builder, "\\u%04x", (unsigned)code_point);
        else
            unicode_add(builder, code_point); /* U+FFFD for a byte that is no UTF-8: terminals may
                                                 take it for a control */
        at = next;
    }
}

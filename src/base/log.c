#include "pipectl/base/log.h"

#include "pipectl/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE" };

#define LEVEL_COUNT (sizeof level_names / sizeof *level_names)

static LogLevel levels[2]; /* by part */
static int descriptor = STDERR_FILENO;
static bool as_json;

static void write_all(Text text)
{
    while (text.length > 0) {
        ssize_t written = write(descriptor, text.bytes, text.length);

        if (written < 0 && errno != EINTR)
            return; /* a log that cannot be written stops nobody */
        if (written > 0)
            text = text_slice(text, (size_t)written, text.length);
    }
}

/* --- the environment -------------------------------------------------------------------------- */

/* What a variable asks for; [otherwise] where it is unset or empty. */
static LogLevel level_of(const char *name, LogLevel otherwise)
{
    const char *value = getenv(name);

    if (!value || !*value)
        return otherwise;
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        if (strcasecmp(value, level_names[i]) == 0)
            return (LogLevel)i;
    if (strcasecmp(value, "JSON") == 0)
        as_json = true;
    else
        fprintf(stderr,
                "[WARN] Invalid log level: \"%s\". Defaulting to level: TRACE. Valid levels are: "
                "[TRACE DEBUG INFO WARN ERROR OFF]\n",
                value);
    return LOG_TRACE;
}

void log_open(void)
{
    LogLevel all = level_of("TF_LOG", LOG_OFF);
    const char *path = getenv("TF_LOG_PATH");

    levels[LOG_CORE] = level_of("TF_LOG_CORE", all);
    levels[LOG_PROVIDER] = level_of("TF_LOG_PROVIDER", all);
    if ((levels[LOG_CORE] == LOG_OFF && levels[LOG_PROVIDER] == LOG_OFF) || !path || !*path)
        return;
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        return;
    fprintf(stderr, "Error opening log file: open %s: %s\n", path, strerror(errno));
    descriptor = STDERR_FILENO;
}

/* --- lines ------------------------------------------------------------------------------------ */

bool log_is_on(LogPart part, LogLevel level)
{
    return level <= levels[part];
}

/* Visible, and on one line: what AWS says may hold anything. */
static void add_visible(TextBuilder *builder, Text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];

        if (c < 0x20 || c == 0x7f)
            text_add_format(builder, "\\u%04x", c);
        else if (as_json && (c == '"' || c == '\\'))
            text_add_format(builder, "\\%c", c);
        else
            text_add_char(builder, (char)c);
    }
}

static void add_json(TextBuilder *builder, LogPart part, LogLevel level, Text message, Text time)
{
    text_add_format(builder, "{\"@level\":\"" TEXT_FMT "\",\"@message\":\"",
                    TEXT(text_lower(builder->arena, text_of(level_names[level]))));
    add_visible(builder, message);
    text_add_format(builder, "\",\"@module\":\"%s\",\"@timestamp\":\"" TEXT_FMT "\"}\n",
                    part == LOG_CORE ? "core" : "provider.aws", TEXT(time));
}

/* One write a line: several processes may share a file. */
void log_say(LogPart part, LogLevel level, const char *format, ...)
{
    Arena scratch = { 0 };
    TextBuilder builder = text_builder(&scratch);
    Text message, time = clock_rfc3339(&scratch, clock_now(), 3);
    va_list arguments;

    if (log_is_on(part, level)) {
        va_start(arguments, format);
        message = text_format_list(&scratch, format, arguments);
        va_end(arguments);
        if (as_json) {
            add_json(&builder, part, level, message, time);
        } else {
            text_add_format(&builder, TEXT_FMT " [%s] %s%s", TEXT(time), level_names[level],
                            strlen(level_names[level]) < 5 ? " " : "",
                            part == LOG_CORE ? "" : "provider.aws: ");
            add_visible(&builder, message);
            text_add_char(&builder, '\n');
        }
        write_all(text_built(&builder));
    }
    arena_free(&scratch);
}

/*
 * log.h: what the program does, for whoever looks for a mistake: off, unless TF_LOG asks for it.
 *
 *   TF_LOG           TRACE, DEBUG, INFO, WARN, ERROR, OFF, or JSON (everything, an object a line)
 *   TF_LOG_CORE      the same for the program itself alone
 *   TF_LOG_PROVIDER  the same for the conversation with AWS alone
 *   TF_LOG_PATH      a file that lines are added to, instead of the error output
 *
 * A log may be sent to strangers: whoever writes a line leaves out what opens doors (signatures,
 * tokens, values of variables).
 */
#pragma once

#include "pipectl/base/text.h"

typedef enum LogLevel { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE } LogLevel;

typedef enum LogPart { LOG_CORE, LOG_PROVIDER } LogPart;

/* Reads the environment; once, before anything is logged. */
void log_open(void);

/* To be asked before a line is made: it costs nothing where the answer is no. */
bool log_is_on(LogPart part, LogLevel level);

/* A line. [format] gives no line end. */
__attribute__((format(printf, 3, 4))) void log_say(LogPart part, LogLevel level,
                                                   const char *format, ...);

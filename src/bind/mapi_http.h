/*
** HTTP messages between the MAPI engine and scripts: requests as tables
** { method, url, headers, body }, responses { status, headers, body } as views
** of such tables.
*/
#ifndef sat_bind_mapi_http_h
#define sat_bind_mapi_http_h

#include <lua.h>

#include "bind/scratch.h"
#include "mail/mapi_session.h"

#define SAT_MAPI_SESSION "satchel.mapi.session"
#define SAT_MAPI_BATCH "satchel.mapi.batch"
#define SAT_MAPI_HANDLE "satchel.mapi.handle"
#define SAT_MAPI_OP "satchel.mapi.op"

/* what a session box owns */
struct sat_mapi_client {
  struct sat_mapi_session session;
  char *url;
};

/* "send" and the request ([-0,+2,m]); returns 2 */
int sat_mapi_push_send(lua_State *L, const char *url,
                       const struct sat_mapi_request *q);

/* "done", nil and the error ([-0,+3,m]), which tells whether the session is
** lost; returns 3. */
int sat_mapi_push_failed(lua_State *L, const struct sat_mapi_session *s,
                         const struct sat_error *err);

/* No response came: the transport's error at 'arg' is passed on as the end
** of the operation; the session, if there is one, is lost.  Returns 3. */
int sat_mapi_push_unanswered(lua_State *L, struct sat_mapi_session *s,
                             int arg);

/* Reads a response table.  The view borrows from the table at 'arg', which
** has to stay on the stack, and from the scratch. */
void sat_mapi_check_response(lua_State *L, int arg,
                             struct sat_scratch *scratch,
                             struct sat_mapi_http *http_r);

/* The batch's part of core.mapi: adds 'batch' to the table at the top. */
void sat_bind_mapi_batch(lua_State *L);

#endif

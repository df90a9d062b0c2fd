/*
** Methods of messages that show what a message says (mime_message.c has the
** others).
*/
#ifndef sat_bind_mime_fields_h
#define sat_bind_mime_fields_h

#include <lua.h>

#define SAT_MESSAGE "satchel.mime.message"

int sat_message_fields(lua_State *L);
int sat_message_attachments(lua_State *L);
int sat_message_structure(lua_State *L);
int sat_message_flaws(lua_State *L);

#endif

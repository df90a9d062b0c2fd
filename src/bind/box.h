/*
** Userdata that own a C object.  A box is made closed, with its metatable,
** before the object it will own is acquired: an error in between leaves a
** closed box, which __gc ignores.  User value 1 holds the parent, so that no
** child outlives what it was opened from; user value 2 is free for the type.
*/
#ifndef sat_box_h
#define sat_box_h

#include <lauxlib.h>
#include <lua.h>

struct sat_box {
  void *obj;                   /* NULL: closed */
  void (*release)(void *obj);  /* calls no Lua and does no I/O */
};

/* Registers a type: __gc and __close are sat_box_close, __index is a table
** of the methods.  A second registration does nothing. */
void sat_box_type(lua_State *L, const char *tname, const luaL_Reg *methods);

/* A closed box with the metatable of 'tname' ([-0,+1,m]); 'parent' is the
** stack index of what it holds, or 0. */
struct sat_box *sat_box_new(lua_State *L, const char *tname, int parent);

/* The object of an open box, or throws: wrong type, closed. */
void *sat_box_check(lua_State *L, int arg, const char *tname);

/* The object, or NULL if it is no open box of this type. */
void *sat_box_test(lua_State *L, int arg, const char *tname);

/* Closes the box at index 1; closing twice is allowed. */
int sat_box_close(lua_State *L);

#endif

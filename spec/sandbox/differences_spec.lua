-- Each request of the recordings goes to the sandbox as it stands; its answers
-- and those of the real server are compared field by field.  What differs must
-- be in spec/sandbox/differences.lua, and all that is there must differ.

local client = require "sandbox.client"
local core = require "satchel.core"
local known = require "sandbox.differences"
local message = require "satchel.sandbox.message"
local replay = require "support.replay"
local sandbox = require "satchel.sandbox"
local translated = require "sandbox.translated"

local wire = core.wire

local ORGANIZATION = "/o=Gromox default/ou=Exchange Administrative Group "
  .. "(FYDIBOHF23SPDLT)/cn=Recipients/cn="
local DNS = { alice = "0100000001000000-alice", bob = "0100000002000000-bob",
  carol = "0100000003000000-carol" }

local function new_box()
  local users = {}
  for name, cn in pairs(DNS) do
    users[name .. "@example.test"] = { password = "secret", dn = ORGANIZATION .. cn,
      name = name:sub(1, 1):upper() .. name:sub(2) .. " Example" }
  end
  return sandbox.start { users = users, notification_wait = 0 }
end

-- what happened on the server between two recorded requests
local between = {
  ["gromox-3.10-checks"] = { [10] = function(box)
    box:seed { ["alice@example.test"] = { Inbox = { { subject = "News", unread = true } } } }
    local store = box.users:find("alice@example.test").store
    local list = store.roles.inbox.normal:all()
    store:emit { kind = "new_mail", folder = store.roles.inbox, message = list[#list] }
  end },
}

local function headers_of(exchange, cookies)
  local list = {}
  for name, v in pairs(exchange.request_headers) do
    if name ~= "Cookie" and name ~= "Authorization" then list[#list + 1] = name .. ": " .. v end
  end
  local parts = {}
  for name, v in pairs(cookies) do parts[#parts + 1] = name .. "=" .. v end
  list[#list + 1] = "Cookie: " .. table.concat(parts, "; ")
  return list
end

local function send(box, exchange, cookies)
  local response = box:handle { method = exchange.method, url = exchange.path,
    headers = headers_of(exchange, cookies), body = exchange.request_body,
    auth = { user = "alice@example.test", password = "secret" } }
  if response.waiting then response = response.finish() end
  for _, h in ipairs(response.headers) do
    if h[1] == "Set-Cookie" then
      local name, v = h[2]:match "^([^=]+)=([^;]*)"
      cookies[name] = v
    end
  end
  return response
end

-- ROPs of a buffer as a list; columns as the requests set them
local function rops_of(direction, buffer, columns)
  local list = {}
  for i, payload in ipairs(assert(wire.unwrap(buffer))) do
    local position = 1
    while position <= #payload.rops do
      local rop, following = assert(wire.decode_rop(direction, payload.rops, position,
        { columns = columns }))
      if rop.rop == "set_columns" and rop.property_tags then columns = rop.property_tags end
      list[#list + 1], position = rop, following
    end
    list["handles" .. i] = payload.handles
  end
  return list, columns
end

local NAMES = { Connect = "connect", Execute = "execute", Disconnect = "disconnect",
  NotificationWait = "notification_wait", Bind = "bind", Unbind = "unbind",
  QueryRows = "query_rows", ResolveNames = "resolve_names" }

local function decoded(exchange, body)
  local name = NAMES[exchange.request_headers["X-RequestType"]]
  local answer = assert(wire.decode_body("response", name, body:match "\r\n\r\n(.*)$"))
  if name == "execute" and answer.rop_buffer ~= "" then
    local request = wire.decode_body("request", "execute", exchange.request_body)
    local _, columns = rops_of("request", request.rop_buffer)
    answer.rops, answer.rop_buffer = rops_of("response", answer.rop_buffer, columns), nil
  end
  return answer
end

local function keys_of(a, b)
  local keys, seen = {}, {}
  for _, t in ipairs { a, b } do
    for k in pairs(t) do
      if not seen[k] then
        seen[k] = true
        keys[#keys + 1] = k
      end
    end
  end
  table.sort(keys, function(x, y) return tostring(x) < tostring(y) end)
  return keys
end

local function compare(path, theirs, ours, found)
  if type(theirs) == "table" and type(ours) == "table" then
    for _, k in ipairs(keys_of(theirs, ours)) do
      local name = math.type(k) == "integer" and k > 0xffff and ("%08x"):format(k) or tostring(k)
      compare(path .. "." .. name, theirs[k], ours[k], found)
    end
  elseif theirs ~= ours then
    found[#found + 1] = { path = path, theirs = theirs, ours = ours }
  end
end

local HEADERS = { "content-type", "x-requesttype", "x-requestid", "x-clientinfo",
  "x-responsecode", "x-pendingperiod", "x-expirationinfo", "cache-control" }

local function compare_heads(path, exchange, response, found)
  compare(path .. ".status", exchange.status, response.status, found)
  local theirs = {}
  for _, h in ipairs(exchange.response_headers) do theirs[h[1]:lower()] = h[2] end
  for _, name in ipairs(HEADERS) do
    compare(path .. "." .. name, theirs[name], response.fields[name], found)
  end
end

local function differences(file)
  local found, cookies = {}, {}
  local box <close> = new_box()
  for i, exchange in ipairs(replay.load("spec/recordings/" .. file .. ".jsonl")) do
    local happened = between[file] and between[file][i]
    if happened then happened(box) end
    local path = ("%s.%d"):format(file, i)
    local response = send(box, exchange, cookies)
    compare_heads(path, exchange, response, found)
    if response.fields["x-responsecode"] == "0" then
      compare(path, decoded(exchange, exchange.response_body), decoded(exchange, response.body),
        found)
    end
  end
  return found
end

-- recordings that begin in the middle: what was there before
local begun = {}

-- the messages whose rows were recorded, in the folder with this id
begun["gromox-3.10-rows"] = { user = "alice", folder_id = 0x1d0000000001,
  fill = function(list, f)
    for _, rop in ipairs(decoded(list[1], list[1].response_body).rops) do
      for _, row in ipairs(rop.row_data or {}) do
        local props = {}
        for tag, v in pairs(row) do
          if tag ~= 0x674a0014 and tag & 0xffff ~= 0x000a then props[tag] = v end
        end
        f.store:add_message(f, message.new { props = props, size = row[0x0e080003],
          is_read = row[0x0e070003] & 1 == 1, flags = row[0x0e070003],
          attachments = row[0x0e1b000b] and { { num = 0, props = {} } } or nil })
      end
    end
  end }

-- beside the message that is made there was one like it, without recipients
begun["gromox-3.10-values"] = { user = "carol", folder_id = 0x1e0000000001,
  fill = function(_, f) f.store:add_message(f, message.new {}) end,
  after = { [2] = function(f)
    local list = f.normal:all()
    list[1].props = message.contents(list[2]).props
    f.normal:touch(list[1])
  end } }

local function differences_from(file, setup)
  local box <close> = new_box()
  local list = replay.load("spec/recordings/" .. file .. ".jsonl")
  local email = setup.user .. "@example.test"
  local c, store = client.new(box, email), box.users:find(email).store
  local f = store:create_folder(store.roles.inbox, "recorded")
  setup.fill(list, f)
  local t = translated.new(function(_, body) return assert(c:post("execute", body)).body end)
  t:learn_id(setup.folder_id, f.id)
  t:learn_handle(0, c.logon)
  local found = {}
  for i, exchange in ipairs(list) do
    t:execute(exchange, ("%s.%d"):format(file, i), found)
    if setup.after and setup.after[i] then setup.after[i](f) end
  end
  return found
end

-- a scenario from its beginning: the sessions of its users, by their endpoints
local function differences_of_scenario(name)
  local box <close> = new_box()
  local found, sessions, shared = {}, {}, nil
  local function begin(who)
    local c = client.new(box, who .. "@example.test")
    local t = translated.new(function(_, body) return assert(c:post("execute", body)).body end)
    t.whole, shared = true, shared or t
    t.ids, t.bytes, t.names = shared.ids, shared.bytes, shared.names
    return t
  end
  for i, exchange in ipairs(replay.load("spec/recordings/scenario/" .. name .. ".jsonl")) do
    local kind = exchange.request_headers["X-RequestType"]
    if kind == "Connect" then
      local dn = wire.decode_body("request", "connect", exchange.request_body).user_dn
      sessions[exchange.path] = begin(dn:match "%-(%a+)$")
    elseif kind == "Execute" then
      local t = sessions[exchange.path]
      local first = t.theirs:requests(wire.unwrap(wire.decode_body("request", "execute",
        exchange.request_body).rop_buffer)[1])[1]
      t:execute(exchange, ("%s.%d.%s"):format(name, i, first and first.rop or "none"), found)
    end
  end
  return found
end

local function number_of(path)
  for _, entry in ipairs(known) do
    for _, pattern in ipairs(entry) do
      if path:find(pattern) then return entry.number end
    end
  end
end

describe("the sandbox beside a real server", function()
  local used = {}

  for _, file in ipairs { "gromox-3.10-checks", "gromox-3.10-send", "gromox-3.10-rows",
    "gromox-3.10-values", "rops" } do
    it("answers as in " .. file, function()
      local unknown = {}
      local found = file == "rops" and differences_of_scenario(file)
        or begun[file] and differences_from(file, begun[file]) or differences(file)
      for _, d in ipairs(found) do
        local number = number_of(d.path)
        if number then
          used[number] = true
        else
          unknown[#unknown + 1] = ("%s: %s, here %s"):format(d.path, tostring(d.theirs),
            tostring(d.ours))
        end
      end
      assert.are.equal("", table.concat(unknown, "\n"))
    end)
  end

  it("differs in nothing else that the list names", function()
    for i, entry in ipairs(known) do
      assert.are.equal(i, entry.number)
      assert.is_true(used[entry.number], "difference " .. i .. " is no more")
    end
  end)
end)

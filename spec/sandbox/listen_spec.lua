local listen = require "satchel.sandbox.listen"
local task = require "satchel.task"
local transport = require "satchel.transport"

local function echo(request)
  return { status = 200, headers = { { "Content-Type", "text/plain" } },
    body = request.method .. " " .. request.url .. " " .. request.body,
    delay = request.url == "/late" and 0.05 or nil,
    cut = request.url == "/cut" and 3 or nil }
end

local function answer(request)
  if request.url == "/drop" then return nil end
  return echo(request)
end

for _, tls in ipairs { false, true } do
  describe("the listener, TLS " .. tostring(tls), function()
    local server, send

    local function post(path, body)
      return send { method = "POST", url = server.base .. path, body = body or "x" }
    end

    setup(function()
      server = listen.listen(answer, { tls = tls })
      send = transport.new { tls = server.ca and { ca = server.ca } or false, timeout = 5 }
    end)
    teardown(function() server:close() end)

    it("answers the process that it runs in", function()
      assert.are.equal("POST /a?b=c@d hello", post("/a?b=c@d", "hello").body)
    end)

    it("answers late without keeping others waiting", function()
      local order, tasks = {}, {}
      for i, path in ipairs { "/late", "/1", "/late", "/2" } do
        tasks[i] = task.spawn(function()
          assert(post(path))
          order[#order + 1] = path
        end)
      end
      task.join(tasks)
      table.sort(order, function(a, b) return a < b end)
      assert.are.same({ "/1", "/2", "/late", "/late" }, order)
    end)

    it("carries a body of 1 MiB", function()
      local body = ("0123456789abcdef"):rep(65536)
      assert.are.equal(#"POST /big " + #body, #post("/big", body).body)
    end)

    for _, path in ipairs { "/cut", "/drop" } do
      it("breaks the connection on demand: " .. path, function()
        local response, err = post(path)
        assert.is_nil(response)
        assert.are.equal("network", err.kind)
      end)
    end

    it("serves in many tasks", function()
      local tasks = {}
      for i = 1, 100 do tasks[i] = task.spawn(function() return post("/" .. i).body end) end
      for i, body in ipairs(task.join(tasks)) do
        assert.are.equal("POST /" .. i .. " x", body)
      end
    end)
  end)
end

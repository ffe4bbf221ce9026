package shop;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shop.Store.Payment;

/** What every answer has: a browser's session, a refusal's form, who may ask from where, and that nothing of a payment is kept in a cache. */
final class Answer {
    static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern SESSION = Pattern.compile("(?:^|; *)shop_session=([\\w-]{43})(?:;|$)");
    private static final int LARGEST = 65_536;

    /** What answers a request of this session. */
    interface Handler {
        void answer(HttpExchange exchange, String session) throws Exception;
    }

    static String random(int bytes) {
        byte[] drawn = new byte[bytes];
        RANDOM.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    /** Goes around every request but the widget's files. Pages of the shop's own origins alone may pay here. */
    static HttpHandler around(String home, Set<String> pages, Handler handler) {
        return exchange -> {
            try (exchange) { // closed when it is answered, refusals too
                answer(exchange, home, pages, handler);
            }
        };
    }

    private static void answer(HttpExchange exchange, String home, Set<String> pages, Handler handler) throws IOException {
        try {
            Headers headers = exchange.getResponseHeaders();
            headers.set("Cache-Control", "no-store");
            String session = session(exchange, home), origin = exchange.getRequestHeaders().getFirst("Origin");
            if (origin != null && exchange.getRequestURI().getPath().startsWith("/checkout/")) {
                if (!pages.contains(origin)) {
                    throw new Problem(403, "not_allowed");
                }
                admit(headers, origin);
                if (exchange.getRequestMethod().equals("OPTIONS")) {
                    exchange.sendResponseHeaders(204, -1);
                    return;
                }
            }
            handler.answer(exchange, session);
        } catch (Problem refusal) {
            refuse(exchange, refusal);
        } catch (IOException gone) {
            throw gone; // nobody is there to be answered
        } catch (Exception fault) {
            fault.printStackTrace();
            refuse(exchange, new Problem(500, "server_error"));
        }
    }

    private static void refuse(HttpExchange exchange, Problem refusal) throws IOException {
        if (refusal.getMessage().equals("in_flight")) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        }
        send(exchange, refusal.status, "application/problem+json", JSON.toJson(refusal.body));
    }

    private static void admit(Headers headers, String origin) {
        headers.set("Access-Control-Allow-Origin", origin);
        headers.set("Access-Control-Allow-Credentials", "true");
        headers.set("Access-Control-Allow-Methods", "GET, POST");
        headers.set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key");
        headers.set("Access-Control-Expose-Headers", "Date, Retry-After");
        headers.set("Access-Control-Max-Age", "600");
        headers.add("Vary", "Origin");
    }

    /** The browser that asks; one that is new gets its cookie. */
    private static String session(HttpExchange exchange, String home) {
        for (String cookies : exchange.getRequestHeaders().getOrDefault("Cookie", List.of())) {
            Matcher known = SESSION.matcher(cookies);
            if (known.find()) {
                return known.group(1);
            }
        }
        byte[] drawn = new byte[32];
        RANDOM.nextBytes(drawn);
        String session = Base64.getUrlEncoder().withoutPadding().encodeToString(drawn);
        String secure = home.startsWith("https:") ? "; Secure" : "";
        exchange.getResponseHeaders().add("Set-Cookie", "shop_session=" + session + "; Path=/; HttpOnly; SameSite=Lax" + secure);
        return session;
    }

    static byte[] body(HttpExchange exchange) throws IOException, Problem {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST + 1);
        if (body.length > LARGEST) {
            throw new Problem(413, "not_allowed");
        }
        return body;
    }

    static void json(HttpExchange exchange, int status, Object body) throws IOException {
        send(exchange, status, "application/json", JSON.toJson(body));
    }

    static void page(HttpExchange exchange, String title, String content, String head) throws IOException {
        send(exchange, 200, "text/html; charset=utf-8", """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>%1$s</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">%3$s</head><body><main><h1>%1$s</h1>%2$s</main></body></html>
            """.formatted(title, content, head));
    }

    static void redirect(HttpExchange exchange, String address) throws IOException {
        exchange.getResponseHeaders().set("Location", address);
        exchange.sendResponseHeaders(303, -1);
    }

    static void send(HttpExchange exchange, int status, String kind, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", kind);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    /** The payment as the widget reads it. Whoever is not the order's session sees how it stands, and no code. */
    static Map<String, Object> shown(Payment payment, String session, String key) {
        Map<String, Object> told = new LinkedHashMap<>(Map.of("id", payment.id(), "status", payment.status()));
        if (payment.order() != null) {
            told.putAll(Map.of("order", payment.order(), "method", payment.method(), "amount", payment.amount(), "currency",
                payment.currency()));
        }
        boolean own = payment.session().equals(session);
        if (own || key.equals(payment.attempt())) {
            told.put("attempt", payment.attempt());
        }
        if (own && payment.order() != null) {
            told.put("events", "/checkout/payments/" + payment.id() + "/events");
        }
        if (own && payment.status().equals("pending") && payment.action() != null) {
            JsonElement action = JsonParser.parseString(payment.action()); // what the provider answered, untouched
            told.put("action", action);
        }
        if (payment.expires() != 0) {
            told.put("expires_at", Instant.ofEpochSecond(payment.expires()).toString());
        }
        if (payment.refunded()) {
            told.put("refunded", true);
        }
        return told;
    }

    private Answer() {}
}

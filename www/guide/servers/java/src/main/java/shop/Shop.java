package shop;

import com.google.gson.JsonParseException;
import com.google.zxing.BarcodeFormat;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import shop.Notification.Refused;
import shop.Payments.Begun;
import shop.Payments.Wish;
import shop.Store.Order;
import shop.Store.Payment;

/**
 * A shop's checkout server for Moongate, with the JDK's own HTTP server and SQLite: WeChat Pay by code. README.md says how to run it.
 * This file says what is served where; Payments.java, what a payment may become.
 */
public final class Shop {
    private static final Map<String, String> KINDS = Map.of("js", "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8",
        "wasm", "application/wasm", "json", "application/json");

    private final Store store;
    private final Wallet wallet;
    private final Events events = new Events();
    private final Payments payments;

    private Shop(Path data, int port, Set<String> pages, long life) throws Exception {
        store = new Store(data.resolve("shop.db").toString(), Store.SCHEMA);
        wallet = new Wallet(data.resolve("wallet.db").toString(), "http://127.0.0.1:" + port + "/notify/wechatpay");
        payments = new Payments(store, wallet, events, pages, life);
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    public static void main(String[] none) throws Exception {
        int port = Integer.parseInt(setting("PORT", "8000"));
        String home = setting("SHOP_ORIGIN", "http://127.0.0.1:" + port);
        Set<String> pages = new HashSet<>(List.of(home));
        pages.addAll(Arrays.asList(setting("SHOP_PAGES", home).split(" ")));
        Shop shop = new Shop(Path.of(setting("SHOP_DATA", ".")), port, pages, Long.parseLong(setting("SHOP_CODE_SECONDS", "900")));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newCachedThreadPool()); // a stream holds one; from Java 21, newVirtualThreadPerTaskExecutor
        shop.serve(server, home, pages);
        server.start();
        System.out.println(home + "/orders/SO-1001");
        Executors.newSingleThreadScheduledExecutor().scheduleWithFixedDelay(shop.payments::tidy, 0, 1, TimeUnit.MINUTES);
    }

    private void serve(HttpServer server, String home, Set<String> pages) {
        Map<String, Answer.Handler> places = Map.of("/checkout/", this::checkout, "/notify/wechatpay", this::notified, "/pay/", this::codePage,
            "/orders/", this::orderPage, "/wallet", wallet::answer, "/", (exchange, session) -> {
                throw Problem.notFound();
            });
        places.forEach((place, handler) -> server.createContext(place, Answer.around(home, pages, handler)));
        String widget = System.getenv("MOONGATE");
        if (widget != null) {
            server.createContext("/moongate/", exchange -> file(exchange, Path.of(widget)));
        }
    }

    private void checkout(HttpExchange exchange, String session) throws Exception {
        String[] path = exchange.getRequestURI().getPath().split("/");
        String deed = exchange.getRequestMethod() + " " + (path.length > 4 ? path[4] : "");
        if (path.length < 3 || path.length > 5 || !path[2].equals("payments")) {
            throw Problem.notFound();
        }
        if (path.length == 3 && deed.equals("POST ")) {
            creation(exchange, session);
            return;
        }
        String key = path.length > 3 ? path[3] : "";
        if (deed.equals("GET events")) {
            events.tell(exchange, payments, key, session);
            return;
        }
        Payment payment = switch (deed) {
            case "GET " -> payments.stands(key);
            case "POST cancel" -> payments.cancel(key, session);
            case "POST refresh" -> payments.refresh(key, session);
            default -> throw Problem.notFound();
        };
        Answer.json(exchange, 200, Answer.shown(payment, session, key));
    }

    private void creation(HttpExchange exchange, String session) throws Exception {
        byte[] body = Answer.body(exchange);
        String kind = exchange.getRequestHeaders().getFirst("Content-Type");
        boolean form = kind != null && kind.startsWith("application/x-www-form-urlencoded");
        Wish wish = form ? posted(body) : wished(body, exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        if (wish == null || !wish.whole()) {
            throw new Problem(400, "malformed");
        }
        Begun begun = payments.create(wish, session);
        if (form) { // a browser without WebAssembly: it gets a page
            Answer.redirect(exchange, "/pay/" + begun.payment().id());
            return;
        }
        Answer.json(exchange, begun.isNew() ? 201 : 200, Answer.shown(begun.payment(), session, ""));
    }

    private static Wish wished(byte[] body, String key) {
        try {
            Wish wish = Answer.JSON.fromJson(new String(body, StandardCharsets.UTF_8), Wish.class);
            boolean whole = wish != null && wish.amount() != null && wish.currency() != null;
            return whole && wish.attempt() != null && wish.attempt().equals(key) ? wish : null;
        } catch (JsonParseException malformed) {
            return null;
        }
    }

    private static Wish posted(byte[] body) {
        Map<String, String> fields = fields(body);
        return new Wish(fields.get("order"), fields.get("method"), fields.get("attempt"), fields.get("return_url"), null, null);
    }

    static Map<String, String> fields(byte[] body) {
        Map<String, String> fields = new HashMap<>();
        for (String field : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] parts = field.split("=", 2);
            fields.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    /** The provider's word: the only thing that ships. */
    private void notified(HttpExchange exchange, String session) throws Exception {
        try {
            payments.hears(Notification.opened(exchange.getRequestHeaders(), Answer.body(exchange), wallet.publicKey(), wallet.apiKey));
            exchange.sendResponseHeaders(204, -1);
        } catch (Refused why) {
            System.out.println("refused a notification: " + why.getMessage());
            Answer.json(exchange, 401, Map.of("code", "FAIL", "message", "refused")); // WeChat Pay tells again
        }
    }

    private static String lastOf(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The form way: the code, looked after until it is paid; then back to the shop. */
    private void codePage(HttpExchange exchange, String session) throws Exception {
        Payment payment = payments.stands(lastOf(exchange));
        if (!payment.session().equals(session) || payment.returnUrl() == null) {
            throw Problem.notFound();
        }
        if (!payment.status().equals("pending")) {
            String[] back = payment.returnUrl().split("#", 2);
            String mark = back[0].contains("?") ? "&" : "?", end = back.length > 1 ? "#" + back[1] : "";
            Answer.redirect(exchange, back[0] + mark + "moongate_attempt=" + payment.attempt() + end);
            return;
        }
        String code = JsonParser.parseString(payment.action()).getAsJsonObject().get("code_url").getAsString();
        Answer.page(exchange, "Pay", "<p>Scan with WeChat: %d.%02d %s</p>%s".formatted(payment.amount() / 100, payment.amount() % 100,
            payment.currency(), drawn(code)), "<meta http-equiv=\"refresh\" content=\"3\">");
    }

    private static String drawn(String text) throws WriterException {
        BitMatrix code = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, 0, 0);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.getHeight(); y++) {
            for (int x = 0; x < code.getWidth(); x++) {
                if (code.get(x, y)) {
                    path.append("M%d %dh1v1h-1z".formatted(x, y));
                }
            }
        }
        return "<svg width=\"240\" viewBox=\"0 0 %1$d %1$d\"><path fill=\"#fff\" d=\"M0 0h%1$dv%1$dH0z\"/><path d=\"%2$s\"/></svg>"
            .formatted(code.getWidth(), path);
    }

    private void orderPage(HttpExchange exchange, String session) throws IOException, SQLException, Problem {
        Order order = store.order(lastOf(exchange)).orElseThrow(Problem::notFound);
        Answer.page(exchange, "Order " + order.id(), """
            <p id="standing">%s</p><moongate-checkout endpoint="/checkout" order="%s" amount="%d" currency="%s"
            methods="wechatpay" shop="山茶咖啡" test-mode></moongate-checkout><p><a href="/wallet" target="_blank">The simulated wallet</a></p>
            """.formatted(order.shippedFor() == null ? "Not paid yet" : "Shipped", order.id(), order.amount(), order.currency()),
            "<script type=\"module\" src=\"/moongate/moongate.js\"></script>");
    }

    /** A file of the widget. */
    private static void file(HttpExchange exchange, Path widget) throws IOException {
        try (exchange) {
            Path file = widget.resolve(exchange.getRequestURI().getPath().substring("/moongate/".length())).normalize();
            String kind = KINDS.get(file.toString().substring(file.toString().lastIndexOf('.') + 1));
            if (!file.startsWith(widget.normalize()) || kind == null || !Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", kind);
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        }
    }
}

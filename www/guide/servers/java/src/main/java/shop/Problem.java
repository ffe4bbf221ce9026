package shop;

import java.util.HashMap;
import java.util.Map;

/** A refusal: its status, and a body with a stable code. */
final class Problem extends Exception {
    final int status;
    final Map<String, Object> body = new HashMap<>();

    private static final long serialVersionUID = 1;

    Problem(int status, String code) {
        super(code, null, false, false);
        this.status = status;
        body.put("code", code);
    }

    Problem(int status, String code, Map<String, ?> more) {
        this(status, code);
        body.putAll(more);
    }

    static Problem notFound() {
        return new Problem(404, "not_found");
    }
}

DROP INDEX "messages_client_key";--> statement-breakpoint
DROP INDEX "shared_links_expiring";--> statement-breakpoint
ALTER TABLE "messages" RENAME COLUMN "client_key" TO "idempotency_key";--> statement-breakpoint
ALTER TABLE "shared_links" RENAME COLUMN "expiry_noted_at" TO "expiry_recorded_at";--> statement-breakpoint
CREATE UNIQUE INDEX "messages_idempotency_key" ON "messages" USING btree ("chat_id","idempotency_key") WHERE idempotency_key is not null;--> statement-breakpoint
CREATE INDEX "shared_links_expiring" ON "shared_links" USING btree ("expires_at") WHERE revoked_at is null and expiry_recorded_at is null and expires_at is not null;
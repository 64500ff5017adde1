DROP INDEX "messages_client_key";--> statement-breakpoint
CREATE UNIQUE INDEX "messages_client_key" ON "messages" USING btree ("chat_id","client_key") WHERE client_key is not null;